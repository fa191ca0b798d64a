// Copies a text and says so; where the browser forbids it, says how to help oneself.
import { t } from '../lib/i18n.js';
import { toast } from './toast.js';

export async function copyText(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done, { icon: 'check' });
  } catch {
    toast(t('common.copy_failed'), { icon: 'circle-alert' });
  }
}
