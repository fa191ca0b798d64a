// Hands what the microphone hears to the page, in pieces of about 40 ms.
const PIECE = 2048;

class Tap extends AudioWorkletProcessor {
  #piece = new Float32Array(PIECE);
  #filled = 0;

  process([[channel]]) {
    if (!channel) return true;
    if (this.#filled + channel.length > PIECE) this.#pass();
    this.#piece.set(channel, this.#filled);
    this.#filled += channel.length;
    return true;
  }

  #pass() {
    this.port.postMessage(this.#piece.slice(0, this.#filled));
    this.#filled = 0;
  }
}

registerProcessor('tap', Tap);
