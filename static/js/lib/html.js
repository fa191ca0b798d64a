// The one door to the vendored view library; nothing else imports it.
export * from '../../vendor/lit-3.3.3/lit.js';
