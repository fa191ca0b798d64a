// An element in light DOM whose render() may read signals: it draws itself again when one changes.
import { effect, LitElement } from '../lib/html.js';

export class Live extends LitElement {
  #stop = () => {};

  createRenderRoot() {
    return this;
  }

  performUpdate() {
    if (!this.isUpdatePending) return;
    this.#stop();
    let drawn = false;
    this.#stop = effect(() => {
      if (drawn) return this.requestUpdate();
      drawn = true;
      super.performUpdate();
    });
  }

  connectedCallback() {
    super.connectedCallback();
    this.requestUpdate(); // it may have missed changes while it was out of the page
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stop();
  }
}
