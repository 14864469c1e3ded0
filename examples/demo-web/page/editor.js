// The policy document: taken on as soon as it makes sense, and until then everything that is wrong with it.
import { ConfigError, ready } from './failsoft/web.js';

/** So long after the last key it is read. */
const PAUSE = 250;

/** `take` makes a policy of the text, or throws. */
export function edit(area, problems, explanation, take) {
  let pause;
  area.addEventListener('input', () => {
    clearTimeout(pause);
    pause = setTimeout(read, PAUSE);
  });

  async function read() {
    await ready();
    let wrong = [];
    try {
      const { sentences, warnings } = take(area.value).explain();
      const doubts = warnings.map(({ path, message }) => item(`${path}: ${message}`, 'doubt'));
      explanation.replaceChildren(...sentences.map((sentence) => item(sentence)), ...doubts);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      wrong = error.problems;
    }
    area.setAttribute('aria-invalid', String(wrong.length > 0));
    problems.replaceChildren(...wrong.map(problem));
  }
}

function problem({ path, message }) {
  const line = item(path === '' ? message : `: ${message}`);
  if (path !== '') {
    const where = document.createElement('code');
    where.textContent = path;
    line.prepend(where);
  }
  return line;
}

function item(text, name = '') {
  const made = document.createElement('li');
  made.textContent = text;
  made.className = name;
  return made;
}
