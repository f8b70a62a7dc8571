import type { Import } from './imports.js';
import type { Floors, Rules } from './rules.js';

const PACKAGE = 'tributary';

/** One line for each import that the rules do not allow. */
export function checkImports(imports: readonly Import[], rules: Rules): string[] {
  const files = imports.filter(({ isFile }) => isFile);
  return [
    ...rules.houses.flatMap(house => files.flatMap(each => wrongFloor(each, house))),
    ...files.flatMap(each => pastTheEntries(each, rules)),
    ...imports.flatMap(each => wrongEntry(each, rules)),
    ...circles(files, rules),
  ];
}

function wrongFloor({ from, to }: Import, { within, floors }: Floors): string[] {
  const [room, imported] = [roomOf(from, within), roomOf(to, within)];
  if (room === undefined || imported === undefined || room === imported) return [];
  const floorOf = (name: string): number => floors.findIndex(floor => floor.includes(name));
  const unknown = [room, imported].filter(name => floorOf(name) === -1);
  if (unknown.length > 0) return unknown.map(name => `${from}: ${within} has no floor for the room ${name}`);
  return floorOf(imported) > floorOf(room) ? [] : [`${from} imports ${to}: ${imported} is not below ${room}`];
}

function pastTheEntries({ from, to }: Import, { library, insiders }: Rules): string[] {
  const isOutside = ![...library, ...insiders].some(folder => isIn(from, folder));
  const isInside = library.some(folder => isIn(to, folder));
  return isOutside && isInside
    ? [`${from} imports ${to}: import an entry of the library, such as ${PACKAGE}/kafka`]
    : [];
}

function wrongEntry({ from, to }: Import, { library, entries }: Rules): string[] {
  if (to !== PACKAGE && !isIn(to, PACKAGE)) return [];
  if (library.some(folder => isIn(from, folder)))
    return [`${from} imports ${to}: the library imports its files by paths`];
  const folder = from.split('/')[0] ?? '';
  const allowed = entries[folder];
  return allowed === undefined || allowed.includes(to)
    ? []
    : [`${from} imports ${to}: ${folder} may import ${allowed}`];
}

/** Circles within a room of the library. Between rooms there is none, since imports go down. */
function circles(imports: readonly Import[], { library, circles: allowed }: Rules): string[] {
  const imported = new Map<string, string[]>();
  for (const { from, to } of imports) {
    if (!library.some(folder => isIn(from, folder)) || allowed.some(room => isIn(from, room))) continue;
    imported.set(from, [...(imported.get(from) ?? []), to]);
  }
  return [...imported.keys()].flatMap(file =>
    reached(file, imported).has(file) ? [`${file} imports itself through other files`] : [],
  );
}

function reached(file: string, imported: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [file];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const to of imported.get(next) ?? []) {
      if (found.has(to)) continue;
      found.add(to);
      open.push(to);
    }
  }
  return found;
}

/** The folder or file of `within` that a path is in. */
function roomOf(path: string, within: string): string | undefined {
  const rest = within === '.' ? path : path.startsWith(`${within}/`) ? path.slice(within.length + 1) : undefined;
  return rest?.split('/')[0];
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}
