// Where the bytes of a MEDIA are: on our server, or still only in this browser.
export const addressOf = ({ id, url }) => url ?? `/media/${id}`;

// The same to be kept: the server gives it a name that ends as its bytes want.
export const keepAt = ({ id, url }) => url ?? `/media/${id}?download=1`;

export const isReady = (media) => media?.state === 'ready';
