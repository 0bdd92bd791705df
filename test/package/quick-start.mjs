import { readFile } from 'node:fs/promises';

const sectionOf = (heading) =>
  new RegExp(`^## ${heading}\\s*\\n(.*?)(?=^## |$(?![^]))`, 'ms');
const CODE_BLOCK = /^```(\w+)[^\n]*\n(.*?)^```/gms;
const PATH_COMMENT = /^\/\/ (\S+\.ts)[ \t]*\n/;
const SHELL_WORD = /[ \t]*((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\|;&<>])+)/y;

/** The files and the request that a section of a page shows. */
export async function readQuickStart(page, heading) {
  const blocks = await blocksOf(page, heading);
  const files = sourceFiles(blocks.filter(({ language }) => language === 'ts'));
  if (files.length === 0) {
    throw new Error(
      'The quick start shows no ts block that begins with a path.',
    );
  }
  return { files, request: postRequest(blocks) };
}

/** The test that a section of a page shows, for the app of its quick start. */
export async function readTest(page, heading) {
  const [file] = sourceFiles(await blocksOf(page, heading));
  if (file === undefined) {
    throw new Error(`The section "## ${heading}" shows no test with its path.`);
  }
  return file;
}

async function blocksOf(page, heading) {
  const text = (await readFile(page, 'utf8')).replaceAll('\r\n', '\n');
  const section = sectionOf(heading).exec(text)?.[1];
  if (!section) {
    throw new Error(`${page} has no section "## ${heading}".`);
  }
  return codeBlocks(section);
}

function codeBlocks(markdown) {
  return [...markdown.matchAll(CODE_BLOCK)].map(([, language, code]) => ({
    language,
    code,
  }));
}

function sourceFiles(blocks) {
  return blocks
    .map(({ code }) => ({ path: PATH_COMMENT.exec(code)?.[1], code }))
    .filter(({ path }) => path !== undefined);
}

function postRequest(blocks) {
  const requests = blocks
    .flatMap(({ code }) => curlCommands(code))
    .map((words) => curlRequest(words));
  const post = requests.find(({ method }) => method === 'POST');
  if (!post)
    throw new Error('The quick start shows no curl command that posts.');
  return post;
}

function curlCommands(code) {
  const script = code.replace(/\\\n/g, ' ');
  return [...script.matchAll(/^(?:\$ )?curl /gm)].map(({ index, 0: start }) =>
    shellWords(script, index + start.length),
  );
}

/** The words of a command, up to the end of its line. */
function shellWords(script, start) {
  const words = [];
  const word = new RegExp(SHELL_WORD);
  word.lastIndex = start;
  for (let match; (match = word.exec(script));) words.push(unquoted(match[1]));
  return words;
}

function unquoted(word) {
  return word.replace(
    /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g,
    (_, single, double, escaped) =>
      single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped,
  );
}

function curlRequest(words) {
  const request = {
    method: undefined,
    path: undefined,
    headers: {},
    body: undefined,
  };
  const rest = [...words];
  while (rest.length > 0) readCurlWord(request, rest);
  request.method ??= request.body === undefined ? 'GET' : 'POST';
  return request;
}

function readCurlWord(request, rest) {
  const word = rest.shift();
  if (word === '-X' || word === '--request') {
    request.method = rest.shift();
  } else if (word === '-H' || word === '--header') {
    addHeader(request.headers, rest.shift());
  } else if (word === '-d' || word === '--data') {
    setBody(request, rest.shift(), 'application/x-www-form-urlencoded');
  } else if (word === '--json') {
    setBody(request, rest.shift(), 'application/json');
  } else if (!word.startsWith('-')) {
    request.path = urlPath(word);
  }
}

function addHeader(headers, header) {
  const [name, ...value] = header.split(':');
  headers[name.trim().toLowerCase()] = value.join(':').trim();
}

function setBody(request, body, defaultType) {
  request.body = body;
  request.headers['content-type'] ??= defaultType;
}

function urlPath(url) {
  const { pathname, search } = new URL(
    url.includes('://') ? url : `http://${url}`,
  );
  return pathname + search;
}
