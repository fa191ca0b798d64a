// For what a browser may never do, and never say so: some fetch nothing of a film before it is
// played, or do not get to a place in it.
const PATIENCE = 5_000;

// The same promise, but rejected when it takes too long.
export const within = (promise) => Promise.race([promise, new Promise((_, reject) => {
  setTimeout(reject, PATIENCE, new Error('the browser does not get there'));
})]);
