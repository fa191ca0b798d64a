// The console's JSON API. Every refusal, and every failure of the network, is an ApiError
// whose text can be shown to the agent as it stands.
import { t } from './i18n.js';

export class ApiError extends Error {
  constructor(status, code, text, detail = {}) {
    super(text);
    Object.assign(this, { name: 'ApiError', status, code, text, detail });
  }
}

export const get = (path) => request('GET', path);
export const post = (path, body) => request('POST', path, body);
export const put = (path, body) => request('PUT', path, body);

async function request(method, path, body) {
  const options = { method, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(20_000) };
  if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(`/api/v1/${path}`, options);
  } catch {
    throw new ApiError(0, 'network', t('err.network'));
  }
  return read(answer);
}

// The body of an answer, or the ApiError that it holds.
export async function read(answer) {
  const body = await answer.json().catch(() => null);
  if (answer.ok && body) return body;
  if (answer.ok) throw new ApiError(0, 'network', t('err.network'));
  if (answer.status === 401) location.assign('/login');
  if (body?.error?.code === 'totp_needed') location.assign('/profile/two-step');
  const { code = 'server', text = t('inbox.error.server', { status: answer.status }), detail } = body?.error ?? {};
  throw new ApiError(answer.status, code, text, detail);
}
