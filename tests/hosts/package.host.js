// The npm package as a partner gets it: packed, installed, imported outside a browser, bundled, typed, and shown.
import { test, expect, framed, shown } from './host.js';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const embed = join(__dirname, '../../embed');
const browser = join(__dirname, '../browser'); // Whose packages the tests use.
const typescript = createRequire(join(browser, 'package.json')).resolve('typescript/bin/tsc');

const packed = test.extend({
  /** A project of a partner's in which the package is installed. */
  project: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'tukar-package-'));
      const { stdout } = await run('npm', ['pack', embed, '--json', '--pack-destination', folder], { cwd: folder });
      const [{ filename, files }] = JSON.parse(stdout);
      await writeFile(join(folder, 'package.json'), '{"name":"shop","private":true,"type":"module"}');
      await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)], { cwd: folder });
      await use({ folder, files: files.map((file) => file.path) });
      await rm(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],
});

/** Bundles a module of the project as a partner's build would. */
async function bundle(folder, name, text) {
  await writeFile(join(folder, `${name}.js`), text);
  const out = join(folder, `${name}.out.js`);
  await run('esbuild', [`${name}.js`, '--bundle', '--format=esm', '--minify', `--outfile=${out}`], { cwd: folder });
  return readFile(out, 'utf8');
}

packed('the package holds every file that it names, and nothing that only the programme serves', async ({ project }) => {
  const { exports } = JSON.parse(await readFile(join(embed, 'package.json'), 'utf8'));
  const named = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)));
  for (const file of named) expect(project.files, file).toContain(file.replace('./', ''));
  const types = (await readdir(embed)).filter((file) => file.endsWith('.d.ts'));
  const scripts = ['element.js', 'kept.js', 'language.js', 'messages.js', 'tukar.js'];
  const others = ['README.md', 'custom-elements.json', ...scripts, 'package.json'];
  expect(project.files.toSorted()).toEqual([...types, ...others].toSorted());
});

packed('importing the element changes nothing, also outside a browser', async ({ project }) => {
  const script = `const before = Object.keys(globalThis).length;
    const { TAG, define } = await import('tukar-embed/element');
    console.log(\`\${TAG} \${typeof define} \${Object.keys(globalThis).length - before}\`);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: project.folder });
  expect(stdout.trim()).toBe('tukar-rewards function 0');
});

packed('a bundler drops the element that nobody defines, and keeps the entry that defines it', async ({ project }) => {
  expect(await bundle(project.folder, 'unused', `import { define } from 'tukar-embed/element';`)).toBe('');
  const used = await bundle(project.folder, 'used', `import 'tukar-embed';`);
  expect(used).toContain('tukar-rewards');
});

packed('a page with its own bundle shows the frame of the programme that `define` names', async ({ page, host, project, told }) => {
  host.partner();
  const text = await bundle(
    project.folder,
    'app',
    `import { define } from 'tukar-embed/element'; define({ home: '${host.home}' });`,
  );
  host.serve(host.origin, '/app.js', text, {}, 'text/javascript');
  const headers = { 'content-security-policy': `default-src 'none'; script-src 'self'; frame-src ${host.home}` };
  const body = `<script type="module" src="/app.js"></script><tukar-rewards partner="shop"></tukar-rewards>`;
  await page.goto(host.page({ body, headers }));
  await shown(framed(page));
  expect(told.errors).toEqual([]);
});

packed('with the entry that defines at once, the element says where the programme is', async ({ page, host, project, told }) => {
  host.partner();
  const text = await bundle(project.folder, 'once', `import 'tukar-embed';`);
  host.serve(host.origin, '/once.js', text, {}, 'text/javascript');
  const body = `<script type="module" src="/once.js"></script><tukar-rewards api="${host.home}" partner="shop"></tukar-rewards>`;
  await page.goto(host.page({ body }));
  await shown(framed(page));
  expect(told.errors).toEqual([]);
});

packed('inline mode runs from a bundle too, where the programme allows it', async ({ page, host, project, told }) => {
  host.partner('shop', { mode: 'inline' });
  const text = await bundle(
    project.folder,
    'inline',
    `import { define } from 'tukar-embed/element'; define({ home: '${host.home}' });`,
  );
  host.serve(host.origin, '/inline-app.js', text, {}, 'text/javascript');
  const body = `<script type="module" src="/inline-app.js"></script><tukar-rewards mode="inline" partner="shop"></tukar-rewards>`;
  await page.goto(host.page({ body }));
  await shown(page);
  expect(told.errors).toEqual([]);
});

// Each sample also holds lines that must not compile (`@ts-expect-error`).
for (const [sample, react] of Object.entries({
  'plain.ts': '',
  'react.tsx': '@types/react',
  'react-18.tsx': '@types/react-18',
  'preact.tsx': '',
  'vue.ts': '',
  'svelte.ts': '',
})) {
  packed(`the types hold for ${sample}`, async ({ project }) => {
    const folder = join(project.folder, sample.replace('.', '-'));
    const modules = join(folder, 'node_modules');
    await mkdir(join(modules, '@types'), { recursive: true });
    await cp(join(project.folder, 'node_modules/tukar-embed'), join(modules, 'tukar-embed'), { recursive: true });
    for (const name of ['preact', 'vue', 'svelte']) await symlink(join(browser, 'node_modules', name), join(modules, name));
    if (react) await symlink(join(browser, 'node_modules', react), join(modules, '@types/react'));
    for (const file of [sample, 'tsconfig.json']) await cp(join(__dirname, 'types', file), join(folder, file));
    const { stdout } = await run(process.execPath, [typescript, '--project', folder]).catch((error) => error);
    expect(stdout).toBe('');
  });
}
