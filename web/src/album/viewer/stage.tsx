// Where the pictures are: paging by keys and fingers, and zoom.

import { useImperativeHandle, useRef, useState, type Ref } from 'react';
import Lightbox, { type ControllerRef } from 'yet-another-react-lightbox';
import Zoom from 'yet-another-react-lightbox/plugins/zoom';
import 'yet-another-react-lightbox/styles.css';
import type { Id } from '../../client';
import { useSpeech } from '../i18n/context';
import type { ViewerSlide } from './slides';
import { VideoSlide } from './video-slide';

export interface StageHandle {
  previous(): void;
  next(): void;
}

interface Props {
  handle: Ref<StageHandle>;
  slides: readonly ViewerSlide[];
  at: number;
  onView(id: Id): void;
  onClose(): void;
}

const plugins = [Zoom];

export function Stage({ handle, slides, at, onView, onClose }: Props) {
  const { t } = useSpeech();
  const [root, setRoot] = useState<HTMLDivElement | null>(null);
  const controller = useRef<ControllerRef>(null);
  useImperativeHandle(handle, () => ({
    previous: () => controller.current?.prev(),
    next: () => controller.current?.next(),
  }));
  return (
    <div className="stage" ref={setRoot}>
      {root && (
        <Lightbox
          open
          close={onClose}
          index={at}
          slides={slides as ViewerSlide[]}
          plugins={plugins}
          portal={{ root, container: { role: 'group', 'aria-modal': undefined } }}
          controller={{ ref: controller, closeOnPullDown: true }}
          carousel={{ finite: true, preload: 2, padding: 0, imageProps: { draggable: false } }}
          animation={{ fade: 160, swipe: 220 }}
          zoom={{ maxZoomPixelRatio: 3, scrollToZoom: true, doubleTapDelay: 250 }}
          toolbar={{ buttons: [] }}
          on={{ view: ({ index }) => slides[index] && slides[index].id !== slides[at]?.id && onView(slides[index].id) }}
          render={{
            slide: ({ slide, offset, rect }) =>
              slide.kind === 'VIDEO' ? <VideoSlide slide={slide} current={offset === 0} room={rect} /> : undefined,
            ...(at === 0 && { buttonPrev: () => null }),
            ...(at === slides.length - 1 && { buttonNext: () => null }),
          }}
          labels={{
            Previous: t.media.previous,
            Next: t.media.next,
            Close: t.close,
            'Zoom in': t.media.zoomIn,
            'Zoom out': t.media.zoomOut,
            Lightbox: t.media.photo,
            'Photo gallery': t.media.photo,
            Carousel: t.media.photo,
            Slide: t.media.photo,
            '{index} of {total}': t.media.slide,
          }}
        />
      )}
    </div>
  );
}
