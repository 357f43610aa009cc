/**
 * @file One SQLite connection: prepared statements kept by their text, transactions, failures as PretextErrors.
 *
 * Two habits of libsql shape this file. A cursor that is not read to its end keeps its table locked, so every read
 * here returns all rows. And SQLite itself rolls back when the disk is full, after which a second ROLLBACK fails and
 * hides the cause, so transactions look whether there is still something to roll back.
 */

import LibsqlDatabase from 'libsql';
import { PretextError } from '../base/errors.js';

/** What can be bound to a statement. Numbers are bound as REAL; the column's affinity makes them integers again. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** How long a write waits for another process's transaction, in milliseconds. */
const BUSY_TIMEOUT_MS = 15_000;

/** The SQLite result code of a libsql failure (`SQLITE_FULL`, ...), or null. */
function sqliteCode(error: unknown): string | null {
  return error instanceof LibsqlDatabase.SqliteError ? error.code : null;
}

/** Turns a failure of SQLite on the file `path` into an error for a person; other errors pass through. */
function databaseError(error: unknown, path: string): unknown {
  if (error instanceof PretextError) return error;
  const code = sqliteCode(error);
  if (code === null) return error;
  // SHMSIZE: there was no room for the index of the write-ahead log.
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR_WRITE') || code.startsWith('SQLITE_IOERR_SHMSIZE')) {
    return new PretextError({
      code: 'disk-full',
      message: 'The disk is full; everything that was stored before is kept.',
      path,
      remedy: 'Free some space on this disk and run the same command again: it goes on where it stopped.',
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return new PretextError({
      code: 'bad-file',
      message: "The project's catalogue is damaged.",
      path,
      remedy: 'Restore catalogue.sqlite from your backup of the project folder.',
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new PretextError({
      code: 'project-busy',
      message: 'Another Pretext is writing to this project.',
      path,
      remedy: 'Wait until it has finished and try again.',
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_PERM')) {
    return new PretextError({
      code: 'unreadable',
      message: "The project's catalogue cannot be written.",
      path,
      remedy: 'Check the permissions of the project folder, or copy the project to a folder of your own.',
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return new PretextError({
      code: 'unreadable',
      message: "The disk reported a failure at the project's catalogue.",
      path,
      remedy: 'Check the disk or network drive that holds the project, then try again.',
      cause: error,
    });
  }
  return error;
}

/** A connection to one SQLite file in WAL mode; every commit is on the disk when it returns (synchronous FULL). */
export class Database {
  private readonly statements = new Map<string, ReturnType<LibsqlDatabase.Database['prepare']>>();

  private constructor(
    readonly path: string,
    private readonly connection: LibsqlDatabase.Database,
  ) {}

  /**
   * Opens the file, making it where it does not exist.
   *
   * @throws PretextError `bad-file` (damaged), `unreadable`, `project-busy`.
   */
  static open(path: string): Database {
    let connection: LibsqlDatabase.Database;
    try {
      connection = new LibsqlDatabase(path);
    } catch (error) {
      throw new PretextError({
        code: 'unreadable',
        message: "The project's catalogue cannot be opened.",
        path,
        remedy: 'Check the permissions of the project folder.',
        cause: error,
      });
    }
    const database = new Database(path, connection);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    } catch (error) {
      connection.close();
      throw error;
    }
    return database;
  }

  /** All rows of a query. `Row` is the shape the statement selects. */
  all<Row>(sql: string, values: SqlValue[] = []): Row[] {
    return this.guard(() => this.statement(sql).all(values) as Row[]);
  }

  /** The first row of a query, or undefined. */
  one<Row>(sql: string, values: SqlValue[] = []): Row | undefined {
    return this.all<Row>(sql, values)[0];
  }

  /** Runs a statement that returns nothing. */
  run(sql: string, values: SqlValue[] = []): { changes: number; id: number } {
    const result = this.guard(() => this.statement(sql).run(values));
    return { changes: result.changes, id: Number(result.lastInsertRowid) };
  }

  /** Runs one or several statements without values. */
  exec(sql: string): void {
    this.guard(() => this.connection.exec(sql));
  }

  /** Whole number a PRAGMA reports, such as `user_version`. */
  pragmaNumber(name: string): number {
    const rows = this.guard(() => this.connection.pragma(name) as Record<string, unknown>[]);
    return Number(rows[0]?.[name]);
  }

  /** Another text after each change that this or another process has committed; to be asked outside of transactions. */
  version(): string {
    const own = this.one<{ n: number }>('SELECT total_changes() AS n')?.n ?? 0;
    return `${this.pragmaNumber('data_version')} ${own}`;
  }

  /** Runs `work` in one write transaction: all of it is stored and durable, or nothing. Nested calls join in. */
  transaction<T>(work: () => T): T {
    if (this.connection.inTransaction) return work();
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.connection.inTransaction) this.connection.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * Closes the connection. libsql holds the file until its statements are collected as garbage, so SQLite's own
   * clean-up at the last close comes late or never: the log is moved into the file here, which makes the file alone
   * a whole copy of the catalogue unless another process is using it.
   */
  close(): void {
    try {
      this.connection.exec('PRAGMA busy_timeout = 0');
      this.connection.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // Nothing is lost where this fails (full disk, damaged file): what was committed is in the log.
      if (sqliteCode(error) === null) throw error;
    } finally {
      this.statements.clear();
      this.connection.close();
    }
  }

  private statement(sql: string): ReturnType<LibsqlDatabase.Database['prepare']> {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.connection.prepare(sql);
    this.statements.set(sql, prepared);
    return prepared;
  }

  private guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw databaseError(error, this.path);
    }
  }
}
