// Test equipment, loaded with `node --import` before a program that is not changed for it: watches the transactions
// of one database and, when told so, kills this very process (SIGKILL) at a chosen step of one of them.
import { openSync, readFileSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';

const env = process.env;
const file = env['FAULT_DATABASE'] ?? '';
let step = env['FAULT_STEP'] ?? 'none';
const when = env['FAULT_WHEN'] ?? '';
let left = Number(env['FAULT_AFTER'] ?? '0');
let statementsLeft = Number(env['FAULT_STATEMENT'] ?? '1');
const mark = openSync(env['FAULT_MARK'] ?? '/dev/null', 'w');
const open = new Set();

// A fault for a program that runs already: the signal says that it is written down.
process.on('SIGUSR2', () => {
  const fault = JSON.parse(readFileSync(env['FAULT_FILE'] ?? '', 'utf8'));
  left = fault.after;
  statementsLeft = fault.statement;
  step = fault.step;
});

/** One byte that outlives this process: o while a transaction is open, c otherwise. */
const write = () => writeSync(mark, open.size > 0 ? 'o' : 'c', 0);
const die = () => process.kill(process.pid, 'SIGKILL');
const watched = (db) => db.name.endsWith(file);
const applies = (db) => when === '' || Number(prepare.call(db, when).pluck().get()) > 0;
const reach = (point, db) => {
  if (step === point && left <= 0 && applies(db)) die();
};
const begun = (db) => {
  if (!watched(db) || open.has(db)) return;
  open.add(db);
  write();
  left -= 1;
  reach('begin', db);
};
const ending = (db) => {
  if (open.has(db)) reach('before-commit', db);
};
const ended = (db) => {
  if (!open.delete(db)) return;
  write();
  reach('after-commit', db);
};
const ran = (db) => {
  if (!open.has(db) || step !== 'statement' || left > 0) return;
  statementsLeft -= 1;
  if (statementsLeft <= 0) die();
};

const { exec, transaction, prepare } = Database.prototype;
Database.prototype.exec = function (sql) {
  if (sql === 'COMMIT') ending(this);
  const value = exec.call(this, sql);
  if (sql.startsWith('BEGIN')) begun(this);
  if (sql === 'COMMIT' || sql === 'ROLLBACK') ended(this);
  return value;
};
Database.prototype.transaction = function (work) {
  const db = this;
  const inner = transaction.call(db, function (...args) {
    begun(db);
    const value = work.apply(this, args);
    ending(db);
    return value;
  });
  const outer = (how) =>
    function (...args) {
      try {
        return how.apply(this, args);
      } finally {
        if (!db.inTransaction) ended(db);
      }
    };
  const wrapped = outer(inner);
  for (const kind of ['default', 'deferred', 'immediate', 'exclusive']) {
    Object.defineProperty(wrapped, kind, { value: outer(inner[kind]) });
  }
  return wrapped;
};
Database.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  if (statement.reader || !watched(this)) return statement;
  const { run } = statement;
  statement.run = (...args) => {
    const value = run.apply(statement, args);
    ran(this);
    return value;
  };
  return statement;
};
write();
