// Package browsertest holds tests of the pages in a real browser: Debian's Chromium,
// driven by playwright-core, against the built server.
//
//   - web/test/*.mjs are what is done and looked for in the browser, a script a
//     story; browser.mjs is what they share, and holds every page to what all of
//     Keepsake's pages promise: no request to another host, nothing that the page's
//     policy refuses, no error on the console;
//   - people.mjs is what people do on the album page, for all of its stories;
//   - stories_test.go names the stories, and browsertest_test.go runs them, one
//     process a story;
//   - pictures_test.go holds pictures of pages against those that are kept, as
//     brightness_test.go compares them; -update keeps new ones;
//   - house_test.go is the server under a story, which the story can stop, start and
//     have filled with media.
package browsertest
