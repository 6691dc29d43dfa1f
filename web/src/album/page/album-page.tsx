// The page of an album for who is signed in, and for anyone if the album allows it.

import { useState } from 'react';
import { follow } from '../first/begin';
import { useClient, useFollower, useSession } from '../data/client';
import { AlbumScreen } from './album-screen';
import { Loading } from './loading';

export function AlbumPage({ id }: { id: string }) {
  const client = useClient();
  const session = useSession();
  const [turn, setTurn] = useState(0);
  // An ended session keeps the page as it was until somebody signs in again.
  const [who, setWho] = useState<string | null>(null);
  const now =
    session.phase === 'in' ? session.user.id : session.phase === 'out' && !(session.expired && who) ? 'nobody' : null;
  if (now !== null && now !== who) setWho(now);
  // Signed in again, even as the same person: what had ended begins anew.
  const [phase, setPhase] = useState(session.phase);
  if (phase !== session.phase) {
    setPhase(session.phase);
    if (phase === 'out') setTurn(turn + 1);
  }
  const follower = useFollower(who && `${id} ${who} ${turn}`, () => follow(client, id));
  // Who follows gets its follower before this is painted.
  if (!follower) return who ? null : <Loading />;
  return (
    <AlbumScreen
      key={who}
      follower={follower}
      api={client.api}
      live={client.live}
      visit={null}
      onAgain={() => setTurn(turn + 1)}
    />
  );
}
