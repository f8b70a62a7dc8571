/** Reads the text of `describe()`, in the format of Java's `TopologyDescription`. */

/** @typedef {'source' | 'processor' | 'sink'} NodeKind */
/**
 * @typedef {object} DescribedNode
 * @property {string} name
 * @property {NodeKind} kind
 * @property {readonly string[]} topics of a source or sink; a pattern or an extractor stands as it is written
 * @property {readonly string[]} stores
 * @property {string[]} successors
 * @property {string[]} predecessors
 */
/** @typedef {{ readonly id: string, readonly nodes: DescribedNode[] }} DescribedSubTopology */

const SUB_TOPOLOGY = /^Sub-topology: (.+)$/;
const NODE = /^(Source|Processor|Sink): (.+) \((topics|topicPattern|topic|extractor class|stores): (.*)\)$/;
const ARROW = /^(-->|<--) (.*)$/;

/**
 * Skips lines of any other form.
 * @param {string} text
 * @returns {DescribedSubTopology[]}
 */
export function parseDescription(text) {
  /** @type {DescribedSubTopology[]} */
  const subTopologies = [];
  /** @type {DescribedNode | undefined} */
  let node;
  for (const line of text.split('\n').map(line => line.trim())) {
    const subTopology = SUB_TOPOLOGY.exec(line);
    const described = NODE.exec(line);
    const arrow = ARROW.exec(line);
    if (subTopology !== null) subTopologies.push({ id: subTopology[1] ?? '', nodes: [] });
    else if (described !== null) {
      node = nodeOf(described);
      subTopologies.at(-1)?.nodes.push(node);
    } else if (arrow !== null && node !== undefined) {
      (arrow[1] === '-->' ? node.successors : node.predecessors).push(...names(arrow[2] ?? ''));
    }
  }
  return subTopologies;
}

/** @param {RegExpExecArray} match @returns {DescribedNode} */
function nodeOf([, title = '', name = '', what = '', list = '']) {
  const isList = what === 'topics' || what === 'stores';
  const values = isList ? names(list.replace(/^\[|\]$/g, '')) : [what === 'topic' ? list : `${what}: ${list}`];
  return {
    name,
    kind: /** @type {NodeKind} */ (title.toLowerCase()),
    topics: what === 'stores' ? [] : values,
    stores: what === 'stores' ? values : [],
    successors: [],
    predecessors: [],
  };
}

/** @param {string} list */
function names(list) {
  return list
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '' && name !== 'none');
}

const GENERATED = /^K(?:STREAM|TABLE)-(.+)-0*(\d+)$/;

/**
 * A name short enough to be drawn: "mapvalues 9" for KSTREAM-MAPVALUES-0000000009, others cut in the middle.
 * @param {string} name
 * @param {number} [limit] characters
 */
export function shortName(name, limit = 24) {
  const generated = GENERATED.exec(name);
  const text = generated === null ? name : `${generated[1]?.toLowerCase()} ${generated[2]}`;
  const characters = [...text];
  if (characters.length <= limit) return text;
  const tail = Math.floor((limit - 1) / 3);
  return `${characters.slice(0, limit - 1 - tail).join('')}…${characters.slice(-tail).join('')}`;
}
