import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { freePort, Program, run } from "./process";

const DEBIAN = "/usr/lib/postgresql";
/** PostgreSQL refuses to run as root: then it runs as nobody. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** A PostgreSQL of our own, in a temporary folder. No other is ever touched. */
export class Postgres {
  private server: Program | null = null;

  private constructor(
    private readonly binaries: string,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<Postgres> {
    const binaries = await findBinaries();
    const folder = await mkdtemp("/tmp/site-postgres-");
    if (NOBODY.uid !== undefined) await chown(folder, NOBODY.uid, NOBODY.gid);
    const data = ["--pgdata", join(folder, "data"), "--username", "postgres"];
    const quickly = ["--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"];
    await run(join(binaries, "initdb"), [...data, ...quickly], { ...NOBODY, cwd: folder });
    const postgres = new Postgres(binaries, folder, await freePort());
    await postgres.resume();
    return postgres;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  async query(sql: string): Promise<void> {
    await run(join(this.binaries, "psql"), [this.url, "--quiet", "--command", sql]);
  }

  /** Ends the server as an administrator would, and whoever is connected with it. */
  async interrupt(): Promise<void> {
    await this.server?.stop("SIGINT");
    this.server = null;
  }

  async resume(): Promise<void> {
    if (this.server) return;
    const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"];
    this.server = new Program(
      join(this.binaries, "postgres"),
      ["-D", "data", "-p", String(this.port), ...settings.flatMap((setting) => ["-c", setting])],
      { ...NOBODY, cwd: this.folder },
    );
    await this.server.until((log) => log.includes("ready to accept connections"));
  }

  async remove(): Promise<void> {
    await this.interrupt();
    await rm(this.folder, { recursive: true });
  }
}

async function findBinaries(): Promise<string> {
  if (process.env.POSTGRES_BIN) return process.env.POSTGRES_BIN;
  const versions = await readdir(DEBIAN).catch(() => []);
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined)
    throw new Error(`there is no PostgreSQL in ${DEBIAN}: set POSTGRES_BIN`);
  return join(DEBIAN, newest, "bin");
}
