// What was asked of a page, as the test takes it out of the page.
export const HOST = 'chromium';
export const accounts = [];
export const leave = (_host, family, _text, account) => accounts.push([family, account]);
