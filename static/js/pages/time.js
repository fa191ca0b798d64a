// Times in the reader's zone and words. The server can only know its own.
export function localTimes() {
  const language = document.documentElement.lang;
  const format = (options) => new Intl.DateTimeFormat(language, options);
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const day = { month: 'short', day: 'numeric' };
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const element of document.querySelectorAll('time[data-when]')) {
    const at = new Date(Number(element.dataset.when));
    const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86_400_000);
    const near = Math.abs(days) <= 1;
    const year = at.getFullYear() === new Date().getFullYear() ? {} : { year: 'numeric' };
    const date = near ? capital(relative.format(days, 'day')) : format({ ...day, ...year }).format(at);
    element.textContent = `${date} ${format(clock).format(at)}`;
    element.title = format({ dateStyle: 'full', timeStyle: 'medium' }).format(at);
  }
}

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);
