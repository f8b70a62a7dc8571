import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the package: this file is `dist/monitor/page-assets.js` in it. */
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const VENDOR: Readonly<Record<string, string>> = {
  '/vendor/uPlot.esm.js': 'node_modules/uplot/dist/uPlot.esm.js',
  '/vendor/uPlot.min.css': 'node_modules/uplot/dist/uPlot.min.css',
  '/vendor/dagre.esm.js': 'node_modules/@dagrejs/dagre/dist/dagre.esm.js',
};

export interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer<ArrayBuffer>;
}

/**
 * The files of the page, by their path in the URL. They are read once, and a request can name no other file. Rejects
 * with the system's error if they do not exist.
 */
export async function readPageAssets(): Promise<ReadonlyMap<string, Asset>> {
  const page = path.join(PACKAGE, 'monitor', 'page');
  const names = (await readdir(page)).filter(name => path.extname(name) in TYPES);
  const files: [string, string][] = [
    ...names.map((name): [string, string] => [`/${name}`, path.join(page, name)]),
    ...Object.entries(VENDOR).map(([url, file]): [string, string] => [url, path.join(PACKAGE, file)]),
  ];
  const assets = new Map(
    await Promise.all(files.map(async ([url, file]) => [url, assetOf(file, await readFile(file))] as const)),
  );
  const index = assets.get('/index.html');
  if (index === undefined) throw new Error(`the page is not there: no index.html in ${page}`);
  return assets.set('/', index);
}

function assetOf(file: string, body: Buffer<ArrayBuffer>): Asset {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { type: TYPES[path.extname(file)] ?? 'application/octet-stream', etag: `"${hash}"`, body };
}
