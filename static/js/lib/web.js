// Addresses that others have written.

// Only the web: an address may say javascript: or file:.
export const isWeb = (url) => /^https?:\/\//i.test(url ?? '');

export function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return '';
  }
}
