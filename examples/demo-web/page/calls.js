// One line for each call: its attempts, its waits, and how it ended.

/** So many calls are shown. */
const SHOWN = 14;
let count = 0;

export class Call {
  #track = element('span', 'track');
  #outcome = element('span', 'outcome', 'under way');
  #wait = null;

  constructor(list) {
    count += 1;
    this.number = String(count);
    const line = document.createElement('li');
    line.append(element('span', 'number', `#${count}`), this.#track, this.#outcome);
    list.prepend(line);
    while (list.children.length > SHOWN) list.lastElementChild.remove();
  }

  /** An attempt goes out. Answers with what to call when it is over. */
  sends() {
    this.#stopWaiting();
    const bar = element('span', 'bar sent', '…');
    this.#track.append(bar);
    return (text, isFine) => {
      bar.className = `bar ${isFine ? 'fine' : 'failed'}`;
      bar.textContent = text;
    };
  }

  /** The policy waits before the next attempt. */
  waits(seconds) {
    const bar = element('span', 'bar wait');
    this.#track.append(bar);
    const end = performance.now() + seconds * 1000;
    const show = () => {
      bar.textContent = `${Math.max(0, (end - performance.now()) / 1000).toFixed(1)} s`;
    };
    show();
    this.#wait = { timer: setInterval(show, 100), finish: () => (bar.textContent = `waited ${seconds.toFixed(1)} s`) };
  }

  ends(text, by) {
    this.#stopWaiting();
    this.#outcome.textContent = text;
    this.#outcome.dataset.by = by;
  }

  #stopWaiting() {
    clearInterval(this.#wait?.timer);
    this.#wait?.finish();
    this.#wait = null;
  }
}

/** Says it to a screen reader, again if it is the same as before. */
export function said(place, text) {
  place.textContent = place.textContent === text ? `${text}\u00a0` : text;
}

function element(tag, classes, text = '') {
  const made = document.createElement(tag);
  made.className = classes;
  made.textContent = text;
  return made;
}
