// Usage: node audit.mjs http://127.0.0.1:8080/graphql
//
// Runs every server audit of graphql-http, the optional ones too, and exits with 1 unless all pass. The server must
// allow introspection: some audits ask for `__type`.
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
if (!url) {
  console.error('usage: node audit.mjs <url>');
  process.exit(2);
}

let failed = 0;
const audits = serverAudits({ url, fetchFn: fetch });
for (const audit of audits) {
  const result = await audit.fn();
  const passed = result.status === 'ok';
  failed += passed ? 0 : 1;
  console.log(`${passed ? 'pass' : 'FAIL'} ${audit.id} ${audit.name}${passed ? '' : `: ${result.reason}`}`);
}
console.log(`${audits.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && audits.length > 0 ? 0 : 1;
