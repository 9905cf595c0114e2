const kept = 'kitchen-sound';

/** Plays a sound for new tickets. Browsers allow a page to do so only after somebody has touched it. */
export class Chime {
  #context: AudioContext | undefined;

  get isOn(): boolean {
    return localStorage.getItem(kept) !== 'off';
  }

  turn(on: boolean): void {
    localStorage.setItem(kept, on ? 'on' : 'off');
    if (on) this.sound();
  }

  /** To be called when somebody touches the page. */
  wake(): void {
    if (!this.isOn) return;
    this.#context ??= new AudioContext();
    if (this.#context.state === 'suspended') void this.#context.resume();
  }

  sound(): void {
    if (!this.isOn) return;
    this.wake();
    const context = this.#context!;
    for (const [at, pitch] of [
      [0, 880],
      [0.18, 1_175],
    ] as const) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.3, context.currentTime + at);
      volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + at + 0.4);
      tone.connect(volume).connect(context.destination);
      tone.start(context.currentTime + at);
      tone.stop(context.currentTime + at + 0.4);
    }
  }
}
