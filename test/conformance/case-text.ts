import type { ConformanceCase, Json } from './case-file.js';

/** A case as its file has it: a line for each operation, record and entry. */
export function textOfCase(conformanceCase: ConformanceCase): string {
  const members = Object.entries(conformanceCase).map(([name, value]: [string, Json]) => {
    return `  ${JSON.stringify(name)}: ${isOfLists(name, value) ? lists(value) : lines(value, '  ')}`;
  });
  return `{\n${members.join(',\n')}\n}\n`;
}

/** The stores, by name, and what Java gives where the library differs. */
function isOfLists(name: string, value: Json): value is { readonly [name: string]: Json } {
  return (name === 'stores' || name === 'java') && typeof value === 'object' && value !== null;
}

function lists(value: { readonly [name: string]: Json }): string {
  const members = Object.entries(value).map(([name, list]) => `    ${JSON.stringify(name)}: ${lines(list, '    ')}`);
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n  }`;
}

function lines(value: Json, indentation: string): string {
  if (!isList(value) || value.length === 0) return line(value);
  return `[\n${value.map(element => `${indentation}  ${line(element)}`).join(',\n')}\n${indentation}]`;
}

function line(value: Json): string {
  if (isList(value)) return `[${value.map(line).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${line(member)}`);
  return `{${members.join(', ')}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
