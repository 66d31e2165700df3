import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SimulatedRepository {
  /** Branch or tag → the commit it is on. */
  refs: Record<string, string>;
  /** Commit → its files. */
  commits: Record<string, Record<string, Buffer>>;
  /** Pull requests; each is on `refs/pr/NUMBER`. */
  pulls?: { num: number; author: string; status: string }[];
  /** Who is let in; all, if absent. */
  needs?: 'token' | 'token and terms';
}

/** One request that came in, at the Hub or at the store that it sends on to. */
export interface Came {
  at: 'hub' | 'store';
  method: string;
  path: string;
  authorization: string | undefined;
  range: string | undefined;
}

export const TOKEN = 'hf_TheSecretOfTheTests';
/** As on the Hub, files of this size and more lie elsewhere (Git LFS). */
const LARGE = 1000;

/**
 * The Hugging Face Hub as its clients see it: /api/models/ID/revision/REV, /api/models?search=, /ID/resolve/REV/FILE with X-Repo-Commit,
 * ETag, X-Linked-ETag, X-Error-Code, Range; small files behind a redirect to another of its pages, large ones at another origin. Python's `huggingface_hub` downloads from it.
 */
export class SimulatedHub {
  readonly came: Came[] = [];
  readonly repositories = new Map<string, SimulatedRepository>();
  /** The store breaks off each answer after so many bytes, so many times. */
  cuts = { after: 0, times: 0 };
  /** The store sends wrong bytes, so many times. */
  damaged = 0;
  /** The Hub answers 429, so many times. */
  busy = { times: 0, headers: {} as Record<string, string> };
  private readonly hub = createServer((request, response) => this.atHub(request, response));
  private readonly store = createServer((request, response) => this.atStore(request, response));

  async open(): Promise<this> {
    await Promise.all(
      [this.hub, this.store].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
    );
    return this;
  }

  async close(): Promise<void> {
    await Promise.all(
      [this.hub, this.store].map(
        (server) =>
          new Promise((resolve) => {
            server.close(resolve);
            server.closeAllConnections();
          }),
      ),
    );
  }

  get address(): string {
    return addressOf(this.hub);
  }

  get storeAddress(): string {
    return addressOf(this.store);
  }

  /** What was asked for since the last call. */
  asked(): string[] {
    return this.came
      .splice(0)
      .map(({ at, method, path, range }) => `${at} ${method} ${path}${range === undefined ? '' : ` ${range}`}`);
  }

  private atHub(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = this.note('hub', request);
    if (this.busy.times > 0) {
      this.busy.times--;
      return end(response, 429, this.busy.headers);
    }
    const authorised = request.headers.authorization === `Bearer ${TOKEN}`;
    if (pathname === '/api/models')
      return json(
        response,
        [...this.repositories].filter(([id, { commits }]) => found(id, commits, searchParams)).map(([id]) => ({ id })),
      );
    const { id, revision, name } = meant(pathname);
    const repository = this.repositories.get(id);
    if (!repository || (repository.needs === 'token' && !authorised))
      return refuse(response, authorised ? 404 : 401, 'RepoNotFound', 'Repository not found');
    if (name === 'discussions') return json(response, discussionsOf(repository));
    const commit = repository.refs[revision] ?? revision;
    const files = repository.commits[commit];
    if (!files) return refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    if (name === undefined)
      return json(response, { id, sha: commit, siblings: Object.keys(files).map((rfilename) => ({ rfilename })) });
    // Of a gated repository everybody sees the list of files, and nobody the files.
    if (repository.needs === 'token and terms')
      return refuse(response, authorised ? 403 : 401, 'GatedRepo', `Access to model ${id} is restricted`);
    const content = files[name];
    if (!content) return refuse(response, 404, 'EntryNotFound', 'Entry not found');
    const headers = { 'x-repo-commit': commit, 'accept-ranges': 'bytes' };
    if (content.length < LARGE && !pathname.startsWith('/api/'))
      return end(response, 307, { ...headers, location: `/api/resolve-cache/models/${id}/${commit}/${name}` });
    if (content.length < LARGE)
      return send(request, response, content, {
        ...headers,
        etag: `"${hashOf('sha1', Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]))}"`,
      });
    const sha256 = hashOf('sha256', content);
    end(response, 302, {
      ...headers,
      'x-linked-etag': `"${sha256}"`,
      'x-linked-size': String(content.length),
      etag: '"of-the-pointer"',
      location: `${this.storeAddress}/${sha256}?signature=x`,
    });
  }

  private atStore(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = this.note('store', request);
    const contents = [...this.repositories.values()].flatMap(({ commits }) =>
      Object.values(commits).flatMap((files) => Object.values(files)),
    );
    const content = contents.find((bytes) => hashOf('sha256', bytes) === pathname.slice(1));
    if (!content) return end(response, 404, {});
    if (this.cuts.times > 0) {
      this.cuts.times--;
      return send(request, response, content, {}, this.cuts.after);
    }
    const damaged = this.damaged > 0;
    if (damaged) this.damaged--;
    send(request, response, damaged ? Buffer.from(content).fill(0, 100, 200) : content, {});
  }

  private note(at: Came['at'], request: IncomingMessage): URL {
    const url = new URL(request.url!, 'http://x');
    this.came.push({
      at,
      method: request.method!,
      path: url.pathname,
      authorization: request.headers.authorization,
      range: request.headers.range,
    });
    return url;
  }
}

/** As the Hub answers to `discussions?type=pull_request`. */
const discussionsOf = ({ pulls = [] }: SimulatedRepository): object => ({
  discussions: pulls.map(({ num, author, status }) => ({
    num,
    status,
    title: 'Adding `safetensors` variant of this model',
    isPullRequest: true,
    author: { name: author },
  })),
  count: pulls.length,
  start: 0,
});

/** What a path asks for: a repository at a revision, or a file of it. */
function meant(pathname: string): { id: string; revision: string; name?: string } {
  const forms = [
    /^\/api\/models\/(?<id>[^/]+\/[^/]+)(\/revision\/(?<revision>.+))?$/,
    /^\/api\/models\/(?<id>[^/]+\/[^/]+)\/(?<name>discussions)$/,
    /^\/(?<id>[^/]+\/[^/]+)\/resolve\/(?<revision>[^/]+)\/(?<name>.+)$/,
    /^\/api\/resolve-cache\/models\/(?<id>[^/]+\/[^/]+)\/(?<revision>[^/]+)\/(?<name>.+)$/,
  ];
  const {
    id = '',
    revision = 'main',
    name,
  } = forms.map((form) => form.exec(pathname)?.groups).find((groups) => groups) ?? {};
  return {
    id,
    revision: decodeURIComponent(revision),
    ...(name === undefined ? {} : { name: decodeURIComponent(name) }),
  };
}

const hashOf = (algorithm: string, bytes: Buffer): string => createHash(algorithm).update(bytes).digest('hex');

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function found(id: string, commits: SimulatedRepository['commits'], query: URLSearchParams): boolean {
  const hasOnnx = Object.values(commits).some((files) => Object.keys(files).some((name) => name.endsWith('.onnx')));
  return id.includes(query.get('search')!.slice(0, 5)) && (query.get('filter') !== 'onnx' || hasOnnx);
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  end(response, status, { 'x-error-code': code, 'x-error-message': message });
}

function end(response: ServerResponse, status: number, headers: Record<string, string>): void {
  response.writeHead(status, headers).end();
}

/** All of a file, or what a Range asks for. @param until bytes after which the line goes dead */
function send(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  headers: Record<string, string>,
  until?: number,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from >= content.length && from > 0) return end(response, 416, { 'content-range': `bytes */${content.length}` });
  const part = content.subarray(from);
  const range = from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, { ...headers, ...range, 'content-length': String(part.length) });
  if (request.method === 'HEAD') response.end();
  else if (until === undefined) response.end(part);
  else response.write(part.subarray(0, until), () => setTimeout(() => response.destroy(), 100));
}
