// Package browsertest holds tests of the pages in a real browser: Debian's Chromium,
// driven by playwright-core, against the built server.
//
//   - web/test/*.mjs are what is done and looked for in the browser, a script a
//     story; browser.mjs is what they share, and holds every page to what all of
//     Keepsake's pages promise: no request to another host, nothing that the page's
//     policy refuses, no error on the console;
//   - browsertest_test.go runs them, one process a story.
package browsertest
