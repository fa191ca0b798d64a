// Where the bytes of a MEDIA are: on our server, or still only in this browser.
export const addressOf = ({ id, url }) => url ?? `/media/${id}`;

export const isReady = (media) => media?.state === 'ready';
