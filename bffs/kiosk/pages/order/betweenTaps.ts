/**
 * Returns a function that runs `draw` at once, or while a finger is on the glass as soon as its tap is over: if the
 * button under the finger were drawn anew meanwhile, the browser would take the tap for none.
 */
export function betweenTaps(draw: () => void): () => void {
  let isDown = false;
  let isDue = false;
  const released = (): void => {
    isDown = false;
    // The click comes after the release.
    setTimeout(() => {
      if (!isDue || isDown) return;
      isDue = false;
      draw();
    });
  };
  addEventListener('pointerdown', () => (isDown = true), true);
  for (const type of ['pointerup', 'pointercancel']) addEventListener(type, released, true);
  return () => {
    isDue = isDown;
    if (!isDown) draw();
  };
}
