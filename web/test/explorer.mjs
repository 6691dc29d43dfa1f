// The explorer: it runs queries, mutations and subscriptions, its steps give their
// variables to one another, and it signs in and out.
import { play, shoot, waitLimit } from './browser.mjs';

await play(async (open) => {
  const page = await open();
  await page.goto(`${process.env.SERVER}/graphiql`);
  const run = page.getByRole('button', { name: /Execute query/ });
  const response = page.locator('.graphiql-response');
  const answers = async (text) => {
    // Monaco writes spaces as no-break ones.
    await page.waitForFunction(
      ([text]) => document.querySelector('.graphiql-response')?.innerText.replaceAll('\u00a0', ' ').includes(text),
      [text], { timeout: waitLimit },
    ).catch(async () => {
      throw new Error(`in vain waited for ${text} in: ${await response.innerText()}`);
    });
  };
  const step = async (title, answer) => {
    await page.locator('.keepsake-steps').getByRole('button', { name: title }).first().click();
    if (!answer) return;
    await run.click();
    await answers(answer);
  };

  // A query, with the schema at hand. The button is there before the editor is, and does nothing then.
  await page.locator('.graphiql-query-editor .view-line', { hasText: 'contentTypes' }).first().waitFor();
  await run.click();
  await answers('"contentTypes"');
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Query', exact: true }).click();
  await page.getByText('What can be read.').first().waitFor();

  // The story, each step with what those before it gave.
  await page.getByRole('button', { name: 'Show Operations' }).click();
  await step('Sign up', '"accessToken"');
  await step('Make an album', '"viewerRole": "OWNER"');
  await step('Ask for an upload ticket', '"PENDING"');
  await step('Send the picture');
  await page.getByRole('status').getByText('The picture is there').waitFor();
  await step('Finalise the upload', '"READY"');
  await step('Comment', '"cmt_');
  await step('Like', '"count": 1');

  // A comment that is written beside it shows in the subscription.
  await step('Read the album', '"likeCount": 1');
  await step('Watch for comments');
  await run.click();
  await page.getByRole('button', { name: /Stop query/ }).waitFor();
  await step('Comment while it watches');
  await answers('Written at');
  await shoot(page, 'explorer-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('.monaco-editor.vs-dark, .monaco-editor.hc-black').first().waitFor(); // the editors follow
  await shoot(page, 'explorer-dark');
  await page.emulateMedia({ colorScheme: 'light' });

  await step('Share it', '"token"');
  await step('Open the link', '"mediaCount": 1');

  // The editors work in workers, and have not fallen back to the page's own thread.
  if (page.workers().length < 2) throw new Error(`${page.workers().length} workers run`);

  // What was run is in the history.
  await page.getByRole('button', { name: 'Show History' }).click();
  await page.getByText('MakeAlbum').first().waitFor();

  // Signed out, nobody asks; signed in by hand, who it is does.
  await page.getByRole('button', { name: 'Show Account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  const name = `grace-${Math.random().toString(36).slice(2, 8)}`;
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill('not the one');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByText('Signed in as').waitFor();
  await shoot(page, 'explorer-account');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill('another one');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').getByText(/\w/).waitFor();
  await page.getByLabel('Password').fill('not the one');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText(`Signed in as ${name}`).waitFor();
  await page.getByRole('button', { name: 'Show Operations' }).click();
  await step('Make an album', '"viewerRole": "OWNER"');
});
