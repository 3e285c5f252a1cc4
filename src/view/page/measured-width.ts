import { useSignal, useSignalEffect } from '@preact/signals';

/** The width of what an element shows, as long as it is shown. */
export interface MeasuredWidth {
  /** Of the element in which the pictures are: a `ref`. */
  readonly ref: (element: HTMLElement | null) => void;
  /** How wide the pictures (`.plot`) in it are, in heights of the font of their labels; undefined until that is known. */
  readonly widthEms: number | undefined;
}

/** Measures how much room the labels of pictures have, again when the window changes. */
export function useMeasuredWidth(): MeasuredWidth {
  const room = useSignal<HTMLElement | null>(null);
  const widthEms = useSignal<number | undefined>(undefined);
  useSignalEffect(() => {
    const { value } = room;
    if (value === null) return undefined;
    const observer = new ResizeObserver(() => {
      widthEms.value = measure(value);
    });
    observer.observe(value);
    return () => {
      observer.disconnect();
    };
  });
  return {
    ref: (element) => {
      room.value = element;
    },
    widthEms: widthEms.value,
  };
}

function measure(room: HTMLElement): number | undefined {
  const plot = room.querySelector('.plot');
  const label = room.querySelector('.plot text') ?? plot;
  if (plot === null || label === null) return undefined;
  return Math.round(plot.getBoundingClientRect().width / Number.parseFloat(getComputedStyle(label).fontSize));
}
