// Links in a text of ours as WeChat takes them (custom/send, text): <a href="…">label</a>, and those
// to a mini program with its appid and path, where href is for clients that cannot open it. They are
// read as generously as a browser does; only what is typed by hand must be as WeChat wants it.
const WHOLE = /<a\s([^<>]*)>([^<]*)<\/a>/gi;
const PARTS = /<a(?:\s[^<>]*)?>|<a\s[^<]*(?:href|miniprogram)|<\/a\s*>/i; // what is left over is no link
const ATTRIBUTE = /([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const STRICT = /[a-z\d_-]+="[^"]*"/g;
export const APPID = /^wx[0-9a-z]{16}$/;
export const ADDRESS = /^https?:\/\/[^\s/?#]+\S*$/i;
const MENU = /^weixin:\/\/bizmsgmenu\?(.*)$/; // answers like a menu entry; undocumented, widely used

// All links: {start, end, source, label, href, appid, path, mini, menu, broken}. menu: the query of
// one that answers like an entry of a menu. broken: not written as WeChat wants it.
export const linksIn = (text) => [...text.matchAll(WHOLE)].map(read);

// The link around a place in the text, if there is one.
export const linkAt = (text, at) => linksIn(text).find(({ start, end }) => start < at && at < end);

function read({ 0: source, 1: attributes, 2: label, index: start }) {
  const { href = '', 'data-miniprogram-appid': appid, 'data-miniprogram-path': path } =
    Object.fromEntries(Array.from(attributes.matchAll(ATTRIBUTE), ([, name, double, single]) => [name.toLowerCase(), plainly(double ?? single)]));
  const mini = appid !== undefined || path !== undefined;
  const broken = !/^<a.*<\/a>$/s.test(source) || attributes.replace(STRICT, '').trim() !== '';
  return { start, end: start + source.length, source, label, href, appid: appid ?? '', path: path ?? '', mini, menu: MENU.exec(href)?.[1], broken };
}

const plainly = (value) => value.replaceAll('&amp;', '&');

// What is wrong with a link as it is typed, by field: tag, label, appid, path, href or ''.
export function faultOf({ label, href, appid, path, mini, broken = false }) {
  if (broken) return 'tag';
  if (!label.trim()) return 'label';
  if (mini && !APPID.test(appid.trim())) return 'appid';
  if (mini && !path.trim()) return 'path';
  return ADDRESS.test(href.trim()) ? '' : 'href';
}

// Why WeChat would refuse a text (40213, 40214, 45086), '' when it would not. A link without a
// path is let through: it may open the first page.
export function faultIn(text) {
  for (const link of linksIn(text)) {
    const href = link.menu === undefined ? link.href : 'https://menu';
    const fault = faultOf({ ...link, href, path: link.path || '/' });
    if (fault) return fault;
  }
  return PARTS.test(text.replace(WHOLE, '')) ? 'tag' : '';
}

// The link as WeChat wants it written.
export function written({ label, href, appid, path, mini }) {
  const program = mini ? ` data-miniprogram-appid="${value(appid)}" data-miniprogram-path="${value(path)}"` : '';
  return `<a href="${value(href)}"${program}>${plain(label)}</a>`;
}

const value = (text) => text.trim().replaceAll('"', '%22').replaceAll('<', '%3C').replaceAll('>', '%3E');
const plain = (text) => text.trim().replaceAll('<', '\uff1c');
