// Milliseconds that `import` of what is named takes, in a program that has imported nothing yet.
const [, , name] = process.argv;
const started = performance.now();
await import(name);
const ms = performance.now() - started;
// Written afterwards: to look at `process.stdout` loads more than what is measured.
process.stdout.write(String(ms));
