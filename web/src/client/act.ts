import type { Answer, Change } from './album/state';
import type { Api } from './api';
import * as documents from './documents';
import type { Id } from './model';

/** Has the server do what a person does, and says what it answered. Throws ApiError. */
export async function answerOf(api: Api, albumId: Id, change: Change): Promise<Answer> {
  switch (change.kind) {
    case 'like': {
      const input = { mediaId: change.mediaId };
      // Liking twice is liking once.
      const { likes } = change.liked
        ? (await api.ask(documents.likeMedia, { input }, { repeatable: true })).likeMedia
        : (await api.ask(documents.unlikeMedia, { input }, { repeatable: true })).unlikeMedia;
      return { likes, liked: change.liked };
    }
    case 'comment': {
      const { kind: _kind, ...input } = change;
      return written((await api.ask(documents.addComment, { input })).addComment);
    }
    case 'editComment': {
      const input = { commentId: change.commentId, text: change.text };
      return written((await api.ask(documents.editComment, { input })).editComment);
    }
    case 'removeComment': {
      const input = { commentId: change.commentId };
      return written((await api.ask(documents.removeComment, { input }, { repeatable: true })).removeComment);
    }
    case 'editMedia': {
      const { kind: _kind, ...input } = change;
      return { media: (await api.ask(documents.editMedia, { input })).editMedia.media };
    }
    case 'trashMedia': {
      const input = { albumId, mediaIds: change.mediaIds };
      return { removed: (await api.ask(documents.trashMedia, { input })).trashMedia.media.map((m) => m.id) };
    }
    case 'arrangeMedia': {
      const { kind: _kind, ...places } = change;
      const { media } = (await api.ask(documents.arrangeMedia, { input: { albumId, ...places } })).arrangeMedia;
      return { arranged: { ids: media.map((m) => m.id), afterId: change.afterId } };
    }
    case 'editAlbum': {
      const { kind: _kind, ...said } = change;
      return { album: (await api.ask(documents.updateAlbum, { input: { albumId, ...said } })).updateAlbum.album };
    }
  }
}

function written({ comment: { media, ...comment } }: documents.CommentAnswer): Answer {
  return { media, comment: { mediaId: media.id, comment } };
}
