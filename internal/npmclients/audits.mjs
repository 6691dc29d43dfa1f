// The audits of graphql-http: what the specification of GraphQL over HTTP says that
// a server MUST, SHOULD and MAY do, each asked of the server.
import { serverAudits } from 'graphql-http';
import { server, tell } from './keepsake.mjs';

// known is how many audits there are at least, so that none is lost unseen.
const known = 61;

const audits = serverAudits({ url: `${server}/graphql` });
const missed = [];
for (const { id, name, fn } of audits) {
  const result = await fn();
  if (result.status !== 'ok') missed.push(`${id} ${name}: ${result.reason}`);
}
if (audits.length < known) missed.push(`there are ${audits.length} audits, not ${known}`);
if (missed.length) tell({ failed: `${missed.length} of ${audits.length} audits missed:\n${missed.join('\n')}` });
else tell({ passed: true });
