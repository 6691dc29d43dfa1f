import { another, picture } from './picture.ts';
import { ask, token } from './session.ts';
import { known, story, variablesOf } from './story.ts';

/** What the page does by itself for the steps without a document. Each says how it went, or throws. */
export const beside: Record<string, () => Promise<string>> = {
  async SendBytes() {
    const ticket = known['ticket'] as { url: string; headers: { name: string; value: string }[] };
    const answer = await fetch(ticket.url, {
      method: 'PUT',
      headers: Object.fromEntries(ticket.headers.map(({ name, value }) => [name, value])),
      body: await picture(),
    });
    if (!answer.ok) throw new Error(`The picture was refused: ${answer.status}.`);
    await another();
    return 'The picture is there. Finalise it now.';
  },

  async CommentBeside() {
    const comment = story.find((step) => step.name === 'Comment')!;
    const text = `Written at ${new Date().toLocaleTimeString()}`;
    await ask(comment.document!, { ...variablesOf(comment), text }, await token());
    return 'The comment is there.';
  },
};
