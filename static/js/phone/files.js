// A file of one's own, sent as what it was picked for.
import { frameAt, openFilm } from '../lib/frame.js';
import { t } from '../lib/i18n.js';
import { toast } from '../ui/toast.js';
import { act, user } from './state.js';
import { words } from './voice.js';

const MOST = 19 << 20; // bytes; the sandbox takes 20 MB with all around it

export async function sendFile(kind, input) {
  const [file] = input.files;
  const { openid } = user.value;
  input.value = '';
  if (!file) return;
  if (file.size > MOST) {
    toast(t('phone.err.too_large'), { icon: 'circle-alert', danger: true });
    return;
  }
  const film = kind === 'video' || kind === 'shortvideo';
  const recognition = kind === 'voice' ? words.value : '';
  act({ do: kind, title: file.name, recognition, openid }, { file, thumb: film ? await firstFrame(file) : null });
}

// The picture that WeChat makes of a film; null when the browser cannot read it.
async function firstFrame(file) {
  const url = URL.createObjectURL(file);
  try {
    return await frameAt(await openFilm(url), 0, 240);
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}
