// Puts a file on our server. XMLHttpRequest, for fetch tells nothing of the way up.
import { ApiError } from './api.js';
import { t } from './i18n.js';

// kind: image, voice, video, thumb. The answer is a MEDIA. Refusals and broken connections are ApiErrors (status 0: no answer);
// an abort by the signal is an AbortError.
export function upload(blob, { account, kind, name, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/media?account=${account}&kind=${kind}`);
    request.responseType = 'json';
    request.setRequestHeader('Content-Type', blob.type);
    request.setRequestHeader('X-File-Name', encodeURIComponent(name));
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => {
      if (request.status < 300 && request.response) return resolve(request.response.media);
      if (request.status === 401) location.assign('/login');
      const { code = 'server', text = t('inbox.error.server', { status: request.status }), detail } =
        request.response?.error ?? {};
      reject(new ApiError(request.status, code, text, detail));
    };
    request.onerror = () => reject(new ApiError(0, 'network', t('err.network')));
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    if (signal.aborted) return request.onabort();
    request.send(blob);
  });
}
