BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE assessments (
	id VARCHAR(32) NOT NULL, 
	recording_id VARCHAR(32) NOT NULL, 
	model TEXT NOT NULL, 
	document BLOB NOT NULL, 
	totals JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_assessments PRIMARY KEY (id), 
	CONSTRAINT fk_assessments_recording_id FOREIGN KEY(recording_id) REFERENCES recordings (id)
);
INSERT INTO "assessments" VALUES('50bf2c332eddc0fac9d8b295adbb1d27','8c3696135644e624cabd834feecb0a99','test',X'7B7AFCEBFAE17E8D726D76F482DB268CA9B713ECF302E0F241C79108F24DFB5F118EB04D98D516C042827D4DF4AC45EB43EDAC6A6D94DD97DAC23F42E7FDC8990EB42CD6CE9A08D5DD1CCE77BE6D445927216977C5DF633815718C71CA96B4F79567CE4F8C87F397E3E941F2C789C6AD9F20303FC2B33E41C983C3E711E39466E9256BCD117E11220CB9AC427055772D893291C1FB104E1D488BD7B20F383A5DC283C745638FAD1F293258BAB609715B1CCBC361D2E4AD6C6BB3FC3145FA7FAD513F7174F9934B41D2E67100C6C4E8C4BE11C477A6E1B547D9D21F490F7832698AD14D61D2AE050E59875E91B55A57E9519130327FDAB39CB6752D491A3E75448C4E317D1025ADA814B9C7A4C6655D9729B80256D55BF6971E32638A3C98CD44747A13F347A7070BCDD4287EE3AEE5B9FE09CB5960E6A543A287FA203DDA88EAF106C64381CCF3939EE2E43BCCB7036F604AF3844E3BDED5649CC2D9767D5935C712D8C63020134BFED2DEC4BBC21D662D2B05205A8A76D501AFA3DA2C501CA0BEF473050EE5F3665AE786AE1BD28F59B35B3FCAACA0F161A09F0C899515845312783EBD6A14669509519665924B634924FCDD4F01E7E790A74C6049D8F5DD26566B4FFDA30C791E49E37D47D99D8913EAACCEE13918AD995CDF18B36BA0DFB0B82B8EE59488F09C2312B9738126DF5094CBCAB0DEAB6611C0987B75029BEE4F5275DE7BC1CACFC1ADDBEAC5AB520D38A00C9AD83D8F7DA1E7E3D9A662E5A4E9F7EF700BE31522464A317C38AAD5423CC6761AEB53E301FA4651C04156A60D6D','{"accuracy": 87.5, "completeness": 66.66666666666667, "fluency": null, "overall": 58.33333333333334, "prosody": 100.0, "sounds": {"T": [300.0, 4]}, "words": {"eats": [80.0, 1], "she": [95.0, 1]}}','2026-03-02 08:30:00.000000');
CREATE TABLE assignment_items (
	id VARCHAR(32) NOT NULL, 
	assignment_id VARCHAR(32) NOT NULL, 
	position INTEGER NOT NULL, 
	exercise_id TEXT, 
	text TEXT NOT NULL, 
	prompt TEXT, 
	CONSTRAINT pk_assignment_items PRIMARY KEY (id), 
	CONSTRAINT fk_assignment_items_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id), 
	CONSTRAINT uq_assignment_items_assignment_id_position UNIQUE (assignment_id, position)
);
INSERT INTO "assignment_items" VALUES('a9ec5d7b52d251e5745eca71185eee88','e5640a887cb52eee7bc462ab894c190e',1,NULL,'Very good.',NULL);
INSERT INTO "assignment_items" VALUES('e9b0b2fd94ee9c940e2b7d2910530458','e5640a887cb52eee7bc462ab894c190e',0,NULL,'She eats fish.',NULL);
CREATE TABLE assignments (
	id VARCHAR(32) NOT NULL, 
	class_id VARCHAR(32) NOT NULL, 
	title TEXT NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	strictness VARCHAR(10) NOT NULL, 
	attempts INTEGER, 
	opens_at DATETIME, 
	due_at DATETIME, 
	time_zone VARCHAR(60) NOT NULL, 
	counted JSON NOT NULL, 
	rubric JSON NOT NULL, 
	created_by VARCHAR(32) NOT NULL, 
	created_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	CONSTRAINT pk_assignments PRIMARY KEY (id), 
	CONSTRAINT ck_assignments_ck_assignments_kind CHECK (kind IN ('sentences', 'passage', 'picture', 'free', 'dialogue')), 
	CONSTRAINT ck_assignments_ck_assignments_strictness CHECK (strictness IN ('gentle', 'standard', 'strict')), 
	CONSTRAINT ck_assignments_ck_assignments_attempts CHECK (attempts > 0), 
	CONSTRAINT fk_assignments_class_id FOREIGN KEY(class_id) REFERENCES classes (id), 
	CONSTRAINT fk_assignments_created_by FOREIGN KEY(created_by) REFERENCES people (id)
);
INSERT INTO "assignments" VALUES('e5640a887cb52eee7bc462ab894c190e','61cf5abe00df19843bfed1c8124d734f','Fish','sentences','standard',2,NULL,NULL,'UTC','["overall"]','{"criteria": {}, "instructions": "", "weights": {}}','5392e649e7aac59810934ef393ec8bb1','2026-03-02 08:30:00.000000',NULL);
CREATE TABLE audit (
	number INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor TEXT NOT NULL, 
	action VARCHAR(40) NOT NULL, 
	subject TEXT NOT NULL, 
	details TEXT NOT NULL, 
	chain VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (number)
);
INSERT INTO "audit" VALUES(1,'2026-03-02 08:30:00.000000','operator','person.create','person:383d81c1ee3bde8131d9a13f0a4ffce2','{}','48053123ec908e4c7e2c92bbe8db99da06df934082095375f64b1d909a584202');
INSERT INTO "audit" VALUES(2,'2026-03-02 08:30:00.000000','operator','person.create','person:5392e649e7aac59810934ef393ec8bb1','{}','1cde617096a034f453ec554ba44bc7098c6428c575709732840a8c013bbd1892');
INSERT INTO "audit" VALUES(3,'2026-03-02 08:30:00.000000','operator','person.create','person:1810fa898fabdb5e12ec76722065cc1c','{}','c5866e197efd0c3134af70d632212205827a5d0b45bf0def7afd39b5885278b1');
INSERT INTO "audit" VALUES(4,'2026-03-02 08:30:00.000000','operator','person.create','person:2035b9238ae236ea68ad548332e21c1d','{}','e8a5cc02f2c6b7a2d28ad288a1b67c4717d1c86d7ba2e40cbe18b1cd31b67c06');
INSERT INTO "audit" VALUES(5,'2026-03-02 08:30:00.000000','operator','person.create','person:07d7f6356295a6c00041236adfc0710d','{}','4901a03aa7a17cf387068a836bdca18f196caf2060922533163337d52d8fd574');
INSERT INTO "audit" VALUES(6,'2026-03-02 08:30:00.000000','5392e649e7aac59810934ef393ec8bb1','member.add','person:2035b9238ae236ea68ad548332e21c1d','{"class": "61cf5abe00df19843bfed1c8124d734f"}','b69f131894cb2877f2182594d8f6e5e965e98dd34a14daf39c04ef4d49ac5d88');
INSERT INTO "audit" VALUES(7,'2026-03-02 08:30:00.000000','2035b9238ae236ea68ad548332e21c1d','consent.give','person:2035b9238ae236ea68ad548332e21c1d','{"purpose": "practice"}','cfa6cc256ff60a25e45269483772da6f6030f88fbbf2b5168d29ae5599f8793c');
INSERT INTO "audit" VALUES(8,'2026-03-02 08:30:00.000000','2035b9238ae236ea68ad548332e21c1d','consent.give','person:2035b9238ae236ea68ad548332e21c1d','{"purpose": "teacher_listens"}','bfe64c8fc54582aa69e31750eacdc604f36a865a6aa12101366de4ae5c070808');
INSERT INTO "audit" VALUES(9,'2026-03-02 08:30:00.000000','2035b9238ae236ea68ad548332e21c1d','consent.give','person:2035b9238ae236ea68ad548332e21c1d','{"purpose": "research_export"}','1032b3988aa3b0302488706e03248476e4612f9dbd7b22ef2c5fb96909724bb3');
INSERT INTO "audit" VALUES(10,'2026-03-02 08:30:00.000000','2035b9238ae236ea68ad548332e21c1d','consent.give','person:2035b9238ae236ea68ad548332e21c1d','{"purpose": "speaker_check"}','c8ece1ded6949c5526e48e523b1d6638702b2d95f208dafd24778e0c2cb4ae4c');
INSERT INTO "audit" VALUES(11,'2026-03-02 08:30:00.000000','5392e649e7aac59810934ef393ec8bb1','member.add','person:07d7f6356295a6c00041236adfc0710d','{"class": "61cf5abe00df19843bfed1c8124d734f"}','c757a9e5cf3d02207f8db3b45097773d274a9d05d98e19224cf73b2d3c69f475');
INSERT INTO "audit" VALUES(12,'2026-03-02 08:30:00.000000','07d7f6356295a6c00041236adfc0710d','consent.give','person:07d7f6356295a6c00041236adfc0710d','{"purpose": "practice"}','a06e9160dc25a3dc361d1345e1080e38650403147151831f08384b44548f04b8');
INSERT INTO "audit" VALUES(13,'2026-03-02 08:30:00.000000','07d7f6356295a6c00041236adfc0710d','consent.give','person:07d7f6356295a6c00041236adfc0710d','{"purpose": "teacher_listens"}','6c3bd3bb66a95265cfc2dcc75c84015c33843ceaa6b8565d0256439d35e888b1');
INSERT INTO "audit" VALUES(14,'2026-03-02 08:30:00.000000','07d7f6356295a6c00041236adfc0710d','consent.give','person:07d7f6356295a6c00041236adfc0710d','{"purpose": "research_export"}','a3ff51c8450baaaf414fbb45ee26ced4a61689f0d170f3dd3d070a53ede1716b');
INSERT INTO "audit" VALUES(15,'2026-03-02 08:30:00.000000','07d7f6356295a6c00041236adfc0710d','consent.give','person:07d7f6356295a6c00041236adfc0710d','{"purpose": "speaker_check"}','f73b36811ea82b72318cf2e805029538f6035186445acd9677ad10341c9b519c');
INSERT INTO "audit" VALUES(16,'2026-03-02 08:30:00.000000','5392e649e7aac59810934ef393ec8bb1','assessment.overrule','assessment:50bf2c332eddc0fac9d8b295adbb1d27','{"level": "word", "place": "0", "value": 95}','dc13651adbd7354e7ccd19767ac4b5b535a55a11deb473cb764cbf540d121ab4');
INSERT INTO "audit" VALUES(17,'2026-03-02 08:30:00.000000','5392e649e7aac59810934ef393ec8bb1','recording.listen','recording:8c3696135644e624cabd834feecb0a99','{}','28bac6b93ea7bbb7bfd3789bb85bb290f4dcb575573a1e3235fd2dbe0fe0df88');
INSERT INTO "audit" VALUES(18,'2026-03-02 08:30:00.000000','operator','password.set','person:5392e649e7aac59810934ef393ec8bb1','{}','3dcd4a37b8c5ed801f41f8d0c002e1a5720e9cf0fdf65e1f2c54cc3ed9812590');
CREATE TABLE classes (
	id VARCHAR(32) NOT NULL, 
	school_id VARCHAR(32), 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	CONSTRAINT pk_classes PRIMARY KEY (id), 
	CONSTRAINT fk_classes_school_id FOREIGN KEY(school_id) REFERENCES schools (id)
);
INSERT INTO "classes" VALUES('61cf5abe00df19843bfed1c8124d734f',NULL,'9A','2026-03-02 08:30:00.000000',NULL);
CREATE TABLE consent_texts (
	id VARCHAR(32) NOT NULL, 
	purpose VARCHAR(20) NOT NULL, 
	version INTEGER NOT NULL, 
	language VARCHAR(10) NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_consent_texts PRIMARY KEY (id), 
	CONSTRAINT ck_consent_texts_ck_consent_texts_purpose CHECK (purpose IN ('practice', 'teacher_listens', 'research_export', 'speaker_check')), 
	CONSTRAINT uq_consent_texts_purpose_version_language UNIQUE (purpose, version, language)
);
INSERT INTO "consent_texts" VALUES('629589dc11d66df3373303016770e996','speaker_check',1,'id','Lafal boleh membandingkan suaraku dengan rekamanku sebelumnya dan memberi tahu guruku kalau tidak terdengar seperti orang yang sama. Lafal tidak memutuskan apa pun sendiri.');
INSERT INTO "consent_texts" VALUES('bd6fded5038f0d2e994143cafe3214bc','practice',1,'id','Lafal boleh menyimpan rekaman dan hasilku di server sekolahku supaya aku bisa berlatih. Rekaman dihapus setelah waktu yang ditentukan sekolah. Aku bisa menghapus semuanya kapan saja.');
INSERT INTO "consent_texts" VALUES('dbef7a9c79862211efd951982cfcd1ab','research_export',1,'id','Rekaman dan hasilku boleh diberikan kepada peneliti dengan nama samaranku, tidak pernah dengan nama asliku.');
INSERT INTO "consent_texts" VALUES('e81a960578c85ff7f326c3c04718ecf3','teacher_listens',1,'id','Guruku boleh mendengarkan rekaman yang aku kumpulkan. Setiap kali didengarkan, itu dicatat.');
CREATE TABLE consents (
	id VARCHAR(32) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	purpose VARCHAR(20) NOT NULL, 
	text_id VARCHAR(32) NOT NULL, 
	version INTEGER NOT NULL, 
	guardian BOOLEAN NOT NULL, 
	recorded_by VARCHAR(32) NOT NULL, 
	given_at DATETIME NOT NULL, 
	withdrawn_at DATETIME, 
	CONSTRAINT pk_consents PRIMARY KEY (id), 
	CONSTRAINT ck_consents_ck_consents_purpose CHECK (purpose IN ('practice', 'teacher_listens', 'research_export', 'speaker_check')), 
	CONSTRAINT fk_consents_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT fk_consents_recorded_by FOREIGN KEY(recorded_by) REFERENCES people (id), 
	CONSTRAINT fk_consents_text_id FOREIGN KEY(text_id) REFERENCES consent_texts (id)
);
INSERT INTO "consents" VALUES('518f40e49b794bcebbf68670db053168','07d7f6356295a6c00041236adfc0710d','speaker_check','629589dc11d66df3373303016770e996',1,0,'07d7f6356295a6c00041236adfc0710d','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('69d1404a06bf10df03e75b9dda016c5e','07d7f6356295a6c00041236adfc0710d','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'07d7f6356295a6c00041236adfc0710d','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('7ff111df60053b9696f2f712b8fd991f','07d7f6356295a6c00041236adfc0710d','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'07d7f6356295a6c00041236adfc0710d','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('8b4a6ec15e02ed20eb02032a469cfd25','2035b9238ae236ea68ad548332e21c1d','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'2035b9238ae236ea68ad548332e21c1d','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('a550223bda17191364b2726e6e2ad653','2035b9238ae236ea68ad548332e21c1d','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'2035b9238ae236ea68ad548332e21c1d','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('ad175d79075a4cd5f5a411dd80021b40','07d7f6356295a6c00041236adfc0710d','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'07d7f6356295a6c00041236adfc0710d','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('c62b1b85c97946e8a851dfbfafff3ba3','2035b9238ae236ea68ad548332e21c1d','speaker_check','629589dc11d66df3373303016770e996',1,0,'2035b9238ae236ea68ad548332e21c1d','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('f0878a2cbb03cdf7a8deb0f3a4d4ac4c','2035b9238ae236ea68ad548332e21c1d','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'2035b9238ae236ea68ad548332e21c1d','2026-03-02 08:30:00.000000',NULL);
CREATE TABLE credentials (
	person_id VARCHAR(32) NOT NULL, 
	login_mac VARCHAR(64) NOT NULL, 
	password_hash TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_credentials PRIMARY KEY (person_id), 
	CONSTRAINT fk_credentials_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT uq_credentials_login_mac UNIQUE (login_mac)
);
INSERT INTO "credentials" VALUES('5392e649e7aac59810934ef393ec8bb1','9c3d308c1848119ddf511b4e6ec0fa4ef6525baab7c4dd78c0bf614dad962f34','$argon2id$v=19$m=65536,t=3,p=4$pbIbomXD1xSY9DRf1LtRzA$8FMI94OabVJvZ+yqsfz7hagLsqZBT0iWFBdHRgwIwFg','2026-03-02 08:30:00.000000');
CREATE TABLE dismissals (
	class_id VARCHAR(32) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	reason VARCHAR(40) NOT NULL, 
	dismissed_by VARCHAR(32) NOT NULL, 
	dismissed_at DATETIME NOT NULL, 
	CONSTRAINT pk_dismissals PRIMARY KEY (class_id, person_id, reason), 
	CONSTRAINT fk_dismissals_class_id FOREIGN KEY(class_id) REFERENCES classes (id), 
	CONSTRAINT fk_dismissals_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT fk_dismissals_dismissed_by FOREIGN KEY(dismissed_by) REFERENCES people (id)
);
CREATE TABLE facts (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_facts PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('audit_end','18 37ba0a901e580cda8ac724742cb454b2101872cd5f3618c0e773a33ac940dd10');
CREATE TABLE groups (
	id VARCHAR(32) NOT NULL, 
	class_id VARCHAR(32) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	CONSTRAINT pk_groups PRIMARY KEY (id), 
	CONSTRAINT fk_groups_class_id FOREIGN KEY(class_id) REFERENCES classes (id), 
	CONSTRAINT uq_groups_class_id_id UNIQUE (class_id, id), 
	CONSTRAINT uq_groups_class_id_name UNIQUE (class_id, name)
);
CREATE TABLE identities (
	person_id VARCHAR(32) NOT NULL, 
	name BLOB, 
	email BLOB, 
	guardian BLOB, 
	login BLOB, 
	CONSTRAINT pk_identities PRIMARY KEY (person_id), 
	CONSTRAINT fk_identities_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "identities" VALUES('07d7f6356295a6c00041236adfc0710d',X'67BB2F98A5663250A8CE6BD4928C59B6CF80087F384B6A928A033623C430EE74',X'A01163F98AD9FBD459D494BC3A448A0E82F5AF1FD92276ABFB3D7F10051678268E93ADC330593271CAAD99ED',NULL,NULL);
INSERT INTO "identities" VALUES('1810fa898fabdb5e12ec76722065cc1c',X'E1B57478BC89D26F62C51C0E47A5829C252933502ED674BA41B060E1AF39B4E08A',X'39AAC2337A8FAB39D3D71356293D3BDAE2081DAAA3EC47521D765D33FB7F2D2069F829DB1A9D02AE7775DE7E11',NULL,NULL);
INSERT INTO "identities" VALUES('2035b9238ae236ea68ad548332e21c1d',X'155A3EC0D345687F43E50FD84D71CCA4E73813FECD4690928097B11D694A4F',X'3548EB82D85007B843C69B0F3E66A9F6FEDE41DA4266A1AD76E5683429FC5B416CC4D0CD24679B4A1B3BC7',NULL,NULL);
INSERT INTO "identities" VALUES('383d81c1ee3bde8131d9a13f0a4ffce2',X'B3668CFAE913A5E3FB45310F056DB04421D6E6A27F390620D28B50F41A566D57',X'41016CDA45AD1310FD614296191E8AC699B494DB239BF8F3DCF1C1ACA32B6CB07BF590E27C9632BE34FA8421',NULL,NULL);
INSERT INTO "identities" VALUES('5392e649e7aac59810934ef393ec8bb1',X'41F7942D30B9772FA2AD5F319DDC2376C46B5C01CEB345B6594C3AE72FF96CA7',X'A98BC8B3FF809B7159C83239154FA27888D636538FA597362AF5495D7D068B32CFAC42FFCC307DC2C548386B',NULL,X'8792B3DBC71C6076A33181F04FD3B7FA5779AFC2BECD24EE3CDFF994B48B6807');
CREATE TABLE invitations (
	id VARCHAR(32) NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	code_mac VARCHAR(64) NOT NULL, 
	class_id VARCHAR(32), 
	person_id VARCHAR(32), 
	created_by VARCHAR(32) NOT NULL, 
	uses_left INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	CONSTRAINT pk_invitations PRIMARY KEY (id), 
	CONSTRAINT ck_invitations_ck_invitations_kind CHECK (kind IN ('join_code', 'magic_link')), 
	CONSTRAINT ck_invitations_ck_invitations_uses_left CHECK (uses_left >= 0), 
	CONSTRAINT fk_invitations_class_id FOREIGN KEY(class_id) REFERENCES classes (id), 
	CONSTRAINT fk_invitations_created_by FOREIGN KEY(created_by) REFERENCES people (id), 
	CONSTRAINT fk_invitations_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT uq_invitations_code_mac UNIQUE (code_mac)
);
INSERT INTO "invitations" VALUES('3917531777fc49953f339170faeffc30','join_code','296a573db24506026042bba8dcc4524809ad0cf0d61dacc6b66f15f983454d58','61cf5abe00df19843bfed1c8124d734f',NULL,'5392e649e7aac59810934ef393ec8bb1',60,'2026-03-02 08:30:00.000000','2026-03-16 08:30:00.000000',NULL);
CREATE TABLE marks (
	assessment_id VARCHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	level VARCHAR(10) NOT NULL, 
	place VARCHAR(40) NOT NULL, 
	old_value DOUBLE, 
	new_value DOUBLE NOT NULL, 
	comment BLOB, 
	marked_by VARCHAR(32) NOT NULL, 
	marked_at DATETIME NOT NULL, 
	CONSTRAINT pk_marks PRIMARY KEY (assessment_id, number), 
	CONSTRAINT ck_marks_ck_marks_level CHECK (level IN ('sound', 'word', 'score')), 
	CONSTRAINT fk_marks_assessment_id FOREIGN KEY(assessment_id) REFERENCES assessments (id), 
	CONSTRAINT fk_marks_marked_by FOREIGN KEY(marked_by) REFERENCES people (id)
);
INSERT INTO "marks" VALUES('50bf2c332eddc0fac9d8b295adbb1d27',1,'word','0',70.0,95.0,X'136A8FCA628353C9ACBE7E67AA8F32666E9972D8E3933C7AED1E4B3F46C6C477E221','5392e649e7aac59810934ef393ec8bb1','2026-03-02 08:30:00.000000');
CREATE TABLE memberships (
	class_id VARCHAR(32) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	role VARCHAR(10) NOT NULL, 
	group_id VARCHAR(32), 
	joined_at DATETIME NOT NULL, 
	left_at DATETIME, 
	CONSTRAINT pk_memberships PRIMARY KEY (class_id, person_id), 
	CONSTRAINT ck_memberships_ck_memberships_role CHECK (role IN ('teacher', 'learner')), 
	CONSTRAINT fk_memberships_class_id_group_id FOREIGN KEY(class_id, group_id) REFERENCES groups (class_id, id), 
	CONSTRAINT fk_memberships_class_id FOREIGN KEY(class_id) REFERENCES classes (id), 
	CONSTRAINT fk_memberships_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "memberships" VALUES('61cf5abe00df19843bfed1c8124d734f','07d7f6356295a6c00041236adfc0710d','learner',NULL,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('61cf5abe00df19843bfed1c8124d734f','2035b9238ae236ea68ad548332e21c1d','learner',NULL,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('61cf5abe00df19843bfed1c8124d734f','5392e649e7aac59810934ef393ec8bb1','teacher',NULL,'2026-03-02 08:30:00.000000',NULL);
CREATE TABLE outside_accounts (
	subject_mac VARCHAR(64) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	platform_id VARCHAR(32), 
	subject BLOB NOT NULL, 
	linked_at DATETIME NOT NULL, 
	CONSTRAINT pk_outside_accounts PRIMARY KEY (subject_mac), 
	CONSTRAINT fk_outside_accounts_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT fk_outside_accounts_platform_id FOREIGN KEY(platform_id) REFERENCES platforms (id)
);
CREATE TABLE outside_columns (
	course_id VARCHAR(32) NOT NULL, 
	assignment_id VARCHAR(32) NOT NULL, 
	url TEXT NOT NULL, 
	CONSTRAINT pk_outside_columns PRIMARY KEY (course_id, assignment_id), 
	CONSTRAINT fk_outside_columns_course_id FOREIGN KEY(course_id) REFERENCES outside_courses (id), 
	CONSTRAINT fk_outside_columns_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id)
);
CREATE TABLE outside_courses (
	id VARCHAR(32) NOT NULL, 
	platform_id VARCHAR(32) NOT NULL, 
	deployment_id TEXT NOT NULL, 
	context_id TEXT NOT NULL, 
	class_id VARCHAR(32) NOT NULL, 
	columns_url TEXT, 
	members_url TEXT, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_outside_courses PRIMARY KEY (id), 
	CONSTRAINT fk_outside_courses_platform_id FOREIGN KEY(platform_id) REFERENCES platforms (id), 
	CONSTRAINT fk_outside_courses_class_id FOREIGN KEY(class_id) REFERENCES classes (id), 
	CONSTRAINT uq_outside_courses_platform_id_deployment_id_context_id UNIQUE (platform_id, deployment_id, context_id)
);
CREATE TABLE outside_resources (
	course_id VARCHAR(32) NOT NULL, 
	resource_id VARCHAR(255) NOT NULL, 
	assignment_id VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_outside_resources PRIMARY KEY (course_id, resource_id), 
	CONSTRAINT fk_outside_resources_course_id FOREIGN KEY(course_id) REFERENCES outside_courses (id), 
	CONSTRAINT fk_outside_resources_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id)
);
CREATE TABLE outside_scores (
	course_id VARCHAR(32) NOT NULL, 
	assignment_id VARCHAR(32) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	release DATETIME NOT NULL, 
	value DOUBLE NOT NULL, 
	tries INTEGER NOT NULL, 
	next_at DATETIME, 
	sent_at DATETIME, 
	problem TEXT, 
	CONSTRAINT pk_outside_scores PRIMARY KEY (course_id, assignment_id, person_id), 
	CONSTRAINT fk_outside_scores_course_id FOREIGN KEY(course_id) REFERENCES outside_courses (id), 
	CONSTRAINT fk_outside_scores_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id), 
	CONSTRAINT fk_outside_scores_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
CREATE TABLE outside_spent (
	state_mac VARCHAR(64) NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_outside_spent PRIMARY KEY (state_mac)
);
CREATE TABLE people (
	id VARCHAR(32) NOT NULL, 
	school_id VARCHAR(32), 
	role VARCHAR(10) NOT NULL, 
	pseudonym VARCHAR(60) NOT NULL, 
	language VARCHAR(10) NOT NULL, 
	needs_guardian BOOLEAN NOT NULL, 
	scores_only BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	CONSTRAINT pk_people PRIMARY KEY (id), 
	CONSTRAINT ck_people_ck_people_role CHECK (role IN ('admin', 'teacher', 'learner', 'guest')), 
	CONSTRAINT fk_people_school_id FOREIGN KEY(school_id) REFERENCES schools (id), 
	CONSTRAINT uq_people_pseudonym UNIQUE (pseudonym)
);
INSERT INTO "people" VALUES('07d7f6356295a6c00041236adfc0710d',NULL,'learner','Spry Newt 77','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('1810fa898fabdb5e12ec76722065cc1c',NULL,'teacher','Kind Bear 22','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('2035b9238ae236ea68ad548332e21c1d',NULL,'learner','Ruby Lemur 86','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('383d81c1ee3bde8131d9a13f0a4ffce2',NULL,'admin','Mighty Panda 52','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('5392e649e7aac59810934ef393ec8bb1',NULL,'teacher','Warm Bee 80','en',0,0,'2026-03-02 08:30:00.000000',NULL);
CREATE TABLE platforms (
	id VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	issuer TEXT NOT NULL, 
	client_id TEXT NOT NULL, 
	deployments JSON NOT NULL, 
	auth_url TEXT NOT NULL, 
	token_url TEXT NOT NULL, 
	jwks_url TEXT NOT NULL, 
	needs_guardian BOOLEAN NOT NULL, 
	created_by VARCHAR(32) NOT NULL, 
	created_at DATETIME NOT NULL, 
	removed_at DATETIME, 
	CONSTRAINT pk_platforms PRIMARY KEY (id), 
	CONSTRAINT fk_platforms_created_by FOREIGN KEY(created_by) REFERENCES people (id), 
	CONSTRAINT uq_platforms_issuer_client_id UNIQUE (issuer, client_id)
);
CREATE TABLE recordings (
	id VARCHAR(32) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	submission_id VARCHAR(32), 
	item_id VARCHAR(32), 
	idempotency_key VARCHAR(80) NOT NULL, 
	content_mac VARCHAR(64) NOT NULL, 
	sha256 VARCHAR(64), 
	key_id VARCHAR(32) NOT NULL, 
	media_type VARCHAR(60) NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	seconds DOUBLE NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	removed_at DATETIME, 
	CONSTRAINT pk_recordings PRIMARY KEY (id), 
	CONSTRAINT fk_recordings_item_id FOREIGN KEY(item_id) REFERENCES assignment_items (id), 
	CONSTRAINT fk_recordings_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT fk_recordings_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id), 
	CONSTRAINT uq_recordings_person_id_idempotency_key UNIQUE (person_id, idempotency_key), 
	CONSTRAINT uq_recordings_sha256 UNIQUE (sha256)
);
INSERT INTO "recordings" VALUES('8c3696135644e624cabd834feecb0a99','2035b9238ae236ea68ad548332e21c1d','a5c2f0f8258811dc4fc40d1f99a3badf','e9b0b2fd94ee9c940e2b7d2910530458','take','d15e7ef2eab6e32c54c0268c3c7a45d1885295fb36f87438a0638d016cce719d','fcf7add0466ed29963abf23d57ad6a33ba597f2f4b40ccd7f4bd29cf6ffa6c49','9b7203299e91fe77','audio/webm',7,2.5,'2026-03-02 08:30:00.000000','2026-04-01 08:30:00.000000',NULL);
CREATE TABLE schools (
	id VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_schools PRIMARY KEY (id)
);
CREATE TABLE sessions (
	id_hash VARCHAR(64) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	CONSTRAINT pk_sessions PRIMARY KEY (id_hash), 
	CONSTRAINT fk_sessions_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "sessions" VALUES('2c37be04875807dbc2679adaa214389b4da18340cb7c3c4247f3ab85b3abba78','5392e649e7aac59810934ef393ec8bb1','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
CREATE TABLE submissions (
	id VARCHAR(32) NOT NULL, 
	assignment_id VARCHAR(32) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	attempt INTEGER NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	idempotency_key VARCHAR(80) NOT NULL, 
	created_at DATETIME NOT NULL, 
	submitted_at DATETIME, 
	released_at DATETIME, 
	CONSTRAINT pk_submissions PRIMARY KEY (id), 
	CONSTRAINT ck_submissions_ck_submissions_state CHECK (state IN ('draft', 'submitted', 'released')), 
	CONSTRAINT fk_submissions_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id), 
	CONSTRAINT fk_submissions_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT uq_submissions_assignment_id_person_id_attempt UNIQUE (assignment_id, person_id, attempt), 
	CONSTRAINT uq_submissions_person_id_idempotency_key UNIQUE (person_id, idempotency_key)
);
INSERT INTO "submissions" VALUES('a5c2f0f8258811dc4fc40d1f99a3badf','e5640a887cb52eee7bc462ab894c190e','2035b9238ae236ea68ad548332e21c1d',1,'submitted','attempt','2026-03-02 08:30:00.000000','2026-03-02 08:30:00.000000',NULL);
CREATE INDEX ix_sessions_person_id ON sessions (person_id);
CREATE INDEX ix_memberships_person_id ON memberships (person_id);
CREATE INDEX ix_invitations_person_id ON invitations (person_id);
CREATE INDEX ix_consents_person_id_purpose ON consents (person_id, purpose);
CREATE INDEX ix_assignments_class_id ON assignments (class_id);
CREATE INDEX ix_recordings_expires_at ON recordings (expires_at);
CREATE INDEX ix_recordings_submission_id ON recordings (submission_id);
CREATE INDEX ix_assessments_recording_id ON assessments (recording_id);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit keeps its history'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit keeps its history'); END;
CREATE TRIGGER marks_no_update BEFORE UPDATE ON marks BEGIN SELECT RAISE(ABORT, 'marks keeps its history'); END;
CREATE INDEX ix_dismissals_person_id ON dismissals (person_id);
CREATE INDEX ix_outside_accounts_person_id ON outside_accounts (person_id);
CREATE INDEX ix_outside_courses_class_id ON outside_courses (class_id);
CREATE INDEX ix_outside_scores_person_id ON outside_scores (person_id);
CREATE INDEX ix_outside_spent_expires_at ON outside_spent (expires_at);
COMMIT;
