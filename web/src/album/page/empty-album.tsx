// An album without photos says how to add some.

import { useAlbum } from '../data/album';
import { useSpeech } from '../i18n/context';
import { PickButton } from '../upload/pick';

export function EmptyAlbum() {
  const { t } = useSpeech();
  const { album, may } = useAlbum();
  return (
    <div className="blank inside">
      <h2>{t.album.empty}</h2>
      {may('ADD_MEDIA') && !album.trashedAt && (
        <>
          <p>{t.album.emptyAdd}</p>
          <PickButton albumId={album.id} label={t.upload.pick} />
        </>
      )}
    </div>
  );
}
