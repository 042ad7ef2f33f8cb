PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE training_runs (
  run_id TEXT PRIMARY KEY, run_name TEXT, status TEXT, created_at TEXT, batch_size INTEGER, lr REAL, final_metrics_json TEXT
, finished_at TEXT, duration_seconds REAL, "wandb_run_id" TEXT, "wandb_url" TEXT, "started_at" TEXT);
INSERT INTO training_runs VALUES('run-0001','name-of-w0000001','not_running',NULL,96,NULL,NULL,NULL,NULL,'w0000001','https://wandb.ai/lab/molopt/runs/w0000001','2024-05-01T10:00:00Z');
INSERT INTO training_runs VALUES('run-0002','name-of-w0000002','not_running',NULL,96,NULL,NULL,NULL,NULL,'w0000002','https://wandb.ai/lab/molopt/runs/w0000002','2024-05-01T10:00:00Z');
INSERT INTO training_runs VALUES('run-0003','name-of-w0000003','not_running',NULL,96,NULL,NULL,NULL,NULL,'w0000003','https://wandb.ai/lab/molopt/runs/w0000003','2024-05-01T10:00:00Z');
INSERT INTO training_runs VALUES('run-0004','deco_hop_bs96_mgda_i-4','running',NULL,96,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO training_runs VALUES('run-0005','deco_hop_bs96_mgda_i-5','running',NULL,96,NULL,NULL,NULL,NULL,'w0000005','http://127.0.0.1:36007/lab/molecules/runs/w0000005',NULL);
CREATE TABLE runlink_log (
  name TEXT PRIMARY KEY NOT NULL,
  plan_id TEXT,
  digest TEXT,
  batch_no INTEGER,
  rows INTEGER NOT NULL,
  table_name TEXT NOT NULL,
  key_column TEXT NOT NULL,
  tool_version TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  applied_at TEXT NOT NULL
);
INSERT INTO runlink_log VALUES('0001-runlink-tables',NULL,NULL,NULL,0,'training_runs','run_id','0.1.0','vm',10221,'2024-06-01T00:00:00.000Z');
INSERT INTO runlink_log VALUES('0002-identity-columns',NULL,NULL,NULL,0,'training_runs','run_id','0.1.0','vm',10221,'2024-06-01T00:00:00.000Z');
INSERT INTO runlink_log VALUES('063b8992ae97-b0001','063b8992ae97','efbf1f7ec637dab417256461af427410ccaac4719c8047c0928e9e73f7272d0f',1,4,'training_runs','run_id','0.1.0','vm',10221,'2024-06-01T00:00:00.000Z');
CREATE TABLE runlink_ledger (
  seq INTEGER PRIMARY KEY NOT NULL,
  event TEXT NOT NULL CHECK (event IN ('applied', 'rolled-back')),
  row_key,
  key_text TEXT NOT NULL,
  wandb_run_id TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  batch TEXT NOT NULL,
  before_wandb_run_id,
  before_wandb_url,
  before_run_name,
  before_status,
  before_started_at,
  after_wandb_run_id,
  after_wandb_url,
  after_run_name,
  after_status,
  after_started_at,
  undoes INTEGER CHECK ((undoes IS NOT NULL) = (event = 'rolled-back')),
  written_by TEXT NOT NULL,
  written_at TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO runlink_ledger VALUES(1,'applied','run-0005','run-0005','w0000005','link','link',NULL,NULL,'deco_hop_bs96_mgda_i-5','running',NULL,'w0000005','http://127.0.0.1:36007/lab/molecules/runs/w0000005','deco_hop_bs96_mgda_i-5','running',NULL,NULL,'tester','2024-06-01T00:00:00.000Z','0000000000000000000000000000000000000000000000000000000000000000','282d565cf18796e4a54f48543a077e7a20005db5953d580fd9c027ece9b5610b');
INSERT INTO runlink_ledger VALUES(2,'applied','run-0001','run-0001','w0000001','063b8992ae97','063b8992ae97-b0001',NULL,NULL,'deco_hop_bs96_mgda_i-1','running',NULL,'w0000001','https://wandb.ai/lab/molopt/runs/w0000001','name-of-w0000001','not_running','2024-05-01T10:00:00Z',NULL,'policy','2024-06-01T00:00:00.000Z','282d565cf18796e4a54f48543a077e7a20005db5953d580fd9c027ece9b5610b','caa42bac64d4264ef4ab979545ff019963effa57b6a48aa5401d9a09f540427d');
INSERT INTO runlink_ledger VALUES(3,'applied','run-0002','run-0002','w0000002','063b8992ae97','063b8992ae97-b0001',NULL,NULL,'deco_hop_bs96_mgda_i-2','running',NULL,'w0000002','https://wandb.ai/lab/molopt/runs/w0000002','name-of-w0000002','not_running','2024-05-01T10:00:00Z',NULL,'policy','2024-06-01T00:00:00.000Z','caa42bac64d4264ef4ab979545ff019963effa57b6a48aa5401d9a09f540427d','a0b46f4027ac5200e45f6547a0f43284661aa0d6dfda370b5d16662b95921f99');
INSERT INTO runlink_ledger VALUES(4,'applied','run-0003','run-0003','w0000003','063b8992ae97','063b8992ae97-b0001',NULL,NULL,'deco_hop_bs96_mgda_i-3','running',NULL,'w0000003','https://wandb.ai/lab/molopt/runs/w0000003','name-of-w0000003','not_running','2024-05-01T10:00:00Z',NULL,'policy','2024-06-01T00:00:00.000Z','a0b46f4027ac5200e45f6547a0f43284661aa0d6dfda370b5d16662b95921f99','82b44ad7c0ad11a964cc16226a3510f0a0cb8cb02b0b8b9397e9b2b854be838d');
INSERT INTO runlink_ledger VALUES(5,'applied','run-0004','run-0004','w0000004','063b8992ae97','063b8992ae97-b0001',NULL,NULL,'deco_hop_bs96_mgda_i-4','running',NULL,'w0000004','https://wandb.ai/lab/molopt/runs/w0000004','name-of-w0000004','not_running','2024-05-01T10:00:00Z',NULL,'policy','2024-06-01T00:00:00.000Z','82b44ad7c0ad11a964cc16226a3510f0a0cb8cb02b0b8b9397e9b2b854be838d','8ca334bb72202b4b7c8223f4218f7d901a20037bb518096ac2a85a8ecea2ed4b');
INSERT INTO runlink_ledger VALUES(6,'rolled-back','run-0004','run-0004','w0000004','063b8992ae97','rollback','w0000004','https://wandb.ai/lab/molopt/runs/w0000004','name-of-w0000004','not_running','2024-05-01T10:00:00Z',NULL,NULL,'deco_hop_bs96_mgda_i-4','running',NULL,5,'tester','2024-06-01T00:00:00.000Z','8ca334bb72202b4b7c8223f4218f7d901a20037bb518096ac2a85a8ecea2ed4b','ce24a6c5e31fa81dfdac4549eec97414749381000861431c75e1e7af5d36cd87');
CREATE TABLE runlink_links (
  wandb_run_id TEXT PRIMARY KEY NOT NULL,
  row_key UNIQUE NOT NULL,
  key_text TEXT NOT NULL
);
INSERT INTO runlink_links VALUES('w0000005','run-0005','run-0005');
INSERT INTO runlink_links VALUES('w0000001','run-0001','run-0001');
INSERT INTO runlink_links VALUES('w0000002','run-0002','run-0002');
INSERT INTO runlink_links VALUES('w0000003','run-0003','run-0003');
CREATE TABLE runlink_rejections (
  key_text TEXT NOT NULL,
  wandb_run_id TEXT NOT NULL,
  rejected_by TEXT NOT NULL,
  rejected_at TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (key_text, wandb_run_id)
);
INSERT INTO runlink_rejections VALUES('run-0004','w0000004','tester','2024-06-01T00:00:00.000Z','rolled back');
CREATE INDEX runlink_ledger_by_row ON runlink_ledger (key_text, seq);
CREATE UNIQUE INDEX runlink_ledger_by_undone ON runlink_ledger (undoes) WHERE undoes IS NOT NULL;
CREATE TRIGGER runlink_ledger_no_update BEFORE UPDATE ON runlink_ledger
  BEGIN SELECT RAISE(ABORT, 'runlink_ledger is append-only'); END;
CREATE TRIGGER runlink_ledger_no_delete BEFORE DELETE ON runlink_ledger
  BEGIN SELECT RAISE(ABORT, 'runlink_ledger is append-only'); END;
CREATE TRIGGER runlink_ledger_no_gap BEFORE INSERT ON runlink_ledger
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM runlink_ledger)
  BEGIN SELECT RAISE(ABORT, 'runlink_ledger entries are numbered without gaps'); END;
CREATE INDEX runlink_linked_runs ON "training_runs" ("wandb_run_id") WHERE "wandb_run_id" IS NOT NULL;
COMMIT;
