// Package deploy holds the test of what this folder, the Dockerfile and
// compose.yaml say: that the tools that take them would, that Keepsake would
// start on the settings in them, and that what must hold between two of their
// figures does. docs/DEPLOY.md explains them.
package deploy
