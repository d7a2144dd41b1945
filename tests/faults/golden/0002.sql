BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
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
INSERT INTO "assessments" VALUES('ade8bb5db159c61e44d87732e9b0ad05','e492683c6fdc415243021eb14dff1eeb','test',X'B9E0773F68AFED256D981FDB4EBFDCCE6750B5F8E1B954723C103D812E37771711EBB23500D25F9221C0DDD45A2E19580AFAE8F11BD8DC7DBDF1E5C43D09E8E7543A1B44F8C8CFA7DDFAC1D08A2B2FCB2D38C468A9E4BE171C1284B9E6C71909C84920E03311A7AB7CC6B8507C52D6BB0887A97E55E71CBCB6B0D8D1D2AD853484A425C57866EE3DFA21AD4759C09CABB5D7A4F2A7C54B9477C6177FDDD1A891762E25B476A10D025D2BAFD9FD5E146BFCBB738216FD34DA31E5593C67D060AF17A328E079ADBB74912C19B6BF240A89ED4F57C13EC693CD90CC422C7B197611D7CB9760AF0C9AE74E76EFB5E2ED2F37400677C9BFA6962F1BFEE0B19F0169C6FF4A2A50E4B92C76383B421F55F0E6D3B70D43287BBEF5E7D90C71642C49A57ED41B0A8D97410D9D1C8AA98929A4D6A357713CE0E5E20740FB70A309D8269D671FC60EF2C11C532A647442C76A7059D6A458BD330212893885D53C5377260FA86B579828D8E11A78B055CD13B73469EDBE80C47B4F96730F16A35D7ADD70D730D60804A2D67CEC17F7D4EA4961708EC949CE2DB726E7B6A7A3209717DD39E4E86EC8BA9EA861E86FCD9BEBF22A93566CCAFF082BB8AF3B1966E807AA833E901CCEA1AF5CAA13EBF6E23ABBB2919B59157956D80C45B21310963EDDF82A18A542022E244AF76E4405BDFF300007E961019022A95C755DE68C78BCEB856CDF1BFC8169F2A834D108C6C5E6BEB194D79AA2E864957E344665E384BE6E0BFA132677729B8FA3A0B0C1C91BBC0E73ED6D90EAC25453BF45C5C6E0E4553E3A812B954F','{"accuracy": 87.5, "completeness": 66.66666666666667, "fluency": null, "overall": 58.33333333333334, "prosody": 100.0, "sounds": {"T": [300.0, 4]}, "words": {"eats": [80.0, 1], "she": [95.0, 1]}}','2026-03-02 08:30:00.000000');
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
INSERT INTO "assignment_items" VALUES('7f5fc64b3d2462d93f0c09097f821772','a48cb36b54833f11da49dd61f569a31b',0,NULL,'She eats fish.',NULL);
INSERT INTO "assignment_items" VALUES('db19dfe9fd09a95848726dab24bbe055','a48cb36b54833f11da49dd61f569a31b',1,NULL,'Very good.',NULL);
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
INSERT INTO "assignments" VALUES('a48cb36b54833f11da49dd61f569a31b','0c54725dff65635c8fb107b57cfb1ff9','Fish','sentences','standard',2,NULL,NULL,'UTC','["overall"]','{"criteria": {}, "instructions": "", "weights": {}}','de089936bdaec736c930ee71b447b47a','2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "audit" VALUES(1,'2026-03-02 08:30:00.000000','operator','person.create','person:d797c4e673936fbd991184a64d6050f8','{}','d26ba22381a5d070ebefacd891b0835befc6ce066ee1fd9e2127244e2b7e2d05');
INSERT INTO "audit" VALUES(2,'2026-03-02 08:30:00.000000','operator','person.create','person:de089936bdaec736c930ee71b447b47a','{}','9e866fa9886b8e27c88acbf5383a33791b79ecfb17d96bed6f231ef2a833d0e5');
INSERT INTO "audit" VALUES(3,'2026-03-02 08:30:00.000000','operator','person.create','person:90150276381c7d93a21f6618278c8dd2','{}','899f14e4c2ca66b5fa3ce74166f06d32f7613c44dd9da6bc5d4f1009cb349fe3');
INSERT INTO "audit" VALUES(4,'2026-03-02 08:30:00.000000','operator','person.create','person:4830deecb39ef1729940f105445635e3','{}','a8222e47c6e760fd2a8f6a02df9511d343dc1c2be1e36c7b3f960d8548209c11');
INSERT INTO "audit" VALUES(5,'2026-03-02 08:30:00.000000','operator','person.create','person:558d45f86ff61e0399fcbeb30936d764','{}','5b37acc38330466f550332f1fdf5cd21ccac9ee4a592a21426ee0825e831303d');
INSERT INTO "audit" VALUES(6,'2026-03-02 08:30:00.000000','de089936bdaec736c930ee71b447b47a','member.add','person:4830deecb39ef1729940f105445635e3','{"class": "0c54725dff65635c8fb107b57cfb1ff9"}','0c85d9443c8a2167df87f9a14dcafb07ac968c4e393cc34eae72d64a6ee9469a');
INSERT INTO "audit" VALUES(7,'2026-03-02 08:30:00.000000','4830deecb39ef1729940f105445635e3','consent.give','person:4830deecb39ef1729940f105445635e3','{"purpose": "practice"}','4a2edc1f7f8ef154dda1799a42e0e7523464ef485b412a5c147f06678cc60139');
INSERT INTO "audit" VALUES(8,'2026-03-02 08:30:00.000000','4830deecb39ef1729940f105445635e3','consent.give','person:4830deecb39ef1729940f105445635e3','{"purpose": "teacher_listens"}','1c3194eefe4b4b9a9c30c8e507151ac22828f194af62fbf26e23ae56128c47bf');
INSERT INTO "audit" VALUES(9,'2026-03-02 08:30:00.000000','4830deecb39ef1729940f105445635e3','consent.give','person:4830deecb39ef1729940f105445635e3','{"purpose": "research_export"}','57d988fe6f7d27d90566f3f65b4816ad94f54238a6ec293d91f4de4b168dbe15');
INSERT INTO "audit" VALUES(10,'2026-03-02 08:30:00.000000','4830deecb39ef1729940f105445635e3','consent.give','person:4830deecb39ef1729940f105445635e3','{"purpose": "speaker_check"}','8a1a709eba9f27df29af130671330b9ba3ecaf324713f66f1d0f26a85e66e5c7');
INSERT INTO "audit" VALUES(11,'2026-03-02 08:30:00.000000','de089936bdaec736c930ee71b447b47a','member.add','person:558d45f86ff61e0399fcbeb30936d764','{"class": "0c54725dff65635c8fb107b57cfb1ff9"}','77ba26f942c5a2b948c614cfb1319ae644091b3faba716afc383d95287c91c95');
INSERT INTO "audit" VALUES(12,'2026-03-02 08:30:00.000000','558d45f86ff61e0399fcbeb30936d764','consent.give','person:558d45f86ff61e0399fcbeb30936d764','{"purpose": "practice"}','ebc1afa01181eac4dd527d78a51ec4f9ea59c20280f3d2e6e2709a043aef0ae4');
INSERT INTO "audit" VALUES(13,'2026-03-02 08:30:00.000000','558d45f86ff61e0399fcbeb30936d764','consent.give','person:558d45f86ff61e0399fcbeb30936d764','{"purpose": "teacher_listens"}','34f8e32954882acf703be2c18a7c61f715938bc559b688de9f74101b4243a7bf');
INSERT INTO "audit" VALUES(14,'2026-03-02 08:30:00.000000','558d45f86ff61e0399fcbeb30936d764','consent.give','person:558d45f86ff61e0399fcbeb30936d764','{"purpose": "research_export"}','52a9f6f3f6390ebace4c01a61865d97148f8f8a742d0503007e9649ff71e686a');
INSERT INTO "audit" VALUES(15,'2026-03-02 08:30:00.000000','558d45f86ff61e0399fcbeb30936d764','consent.give','person:558d45f86ff61e0399fcbeb30936d764','{"purpose": "speaker_check"}','004cc6e59a2338009209c503ab5858cd393e7eea348110f90582a3bd690292ba');
INSERT INTO "audit" VALUES(16,'2026-03-02 08:30:00.000000','de089936bdaec736c930ee71b447b47a','assessment.overrule','assessment:ade8bb5db159c61e44d87732e9b0ad05','{"level": "word", "place": "0", "value": 95}','75f04d62f71629d8ec4265aeda2b6047dc4d123bf153c64bb082765d5442467a');
INSERT INTO "audit" VALUES(17,'2026-03-02 08:30:00.000000','de089936bdaec736c930ee71b447b47a','recording.listen','recording:e492683c6fdc415243021eb14dff1eeb','{}','6d2245452e72ba41fa4fcdc41c73708bc876ff35392e83ed2f2c0e758a62a4db');
INSERT INTO "audit" VALUES(18,'2026-03-02 08:30:00.000000','operator','password.set','person:de089936bdaec736c930ee71b447b47a','{}','e6b608ce773d5e1980f5c626c9aa34e7023556af2f9bf733e1efe2fcaf3332d4');
CREATE TABLE classes (
	id VARCHAR(32) NOT NULL, 
	school_id VARCHAR(32), 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	CONSTRAINT pk_classes PRIMARY KEY (id), 
	CONSTRAINT fk_classes_school_id FOREIGN KEY(school_id) REFERENCES schools (id)
);
INSERT INTO "classes" VALUES('0c54725dff65635c8fb107b57cfb1ff9',NULL,'9A','2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "consents" VALUES('647a91a6d9ecc3ab52b40bfc8e453a03','4830deecb39ef1729940f105445635e3','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'4830deecb39ef1729940f105445635e3','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('78fc3a8bffa9e41d4735c50a5f0fdd5e','558d45f86ff61e0399fcbeb30936d764','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'558d45f86ff61e0399fcbeb30936d764','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('8ca6b863083660284fe8aee92df40e7c','4830deecb39ef1729940f105445635e3','speaker_check','629589dc11d66df3373303016770e996',1,0,'4830deecb39ef1729940f105445635e3','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('9d812e91a60f642edbd153648a624a5c','558d45f86ff61e0399fcbeb30936d764','speaker_check','629589dc11d66df3373303016770e996',1,0,'558d45f86ff61e0399fcbeb30936d764','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('c0a716a85d43a447062d827d059f7124','558d45f86ff61e0399fcbeb30936d764','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'558d45f86ff61e0399fcbeb30936d764','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('c140b39d730bfe13e95d7c6b71a22180','558d45f86ff61e0399fcbeb30936d764','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'558d45f86ff61e0399fcbeb30936d764','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('c6769004256974d9a2e8631dcbf8c218','4830deecb39ef1729940f105445635e3','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'4830deecb39ef1729940f105445635e3','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('c98448f8f214e4e17ec93ed2e7c4afca','4830deecb39ef1729940f105445635e3','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'4830deecb39ef1729940f105445635e3','2026-03-02 08:30:00.000000',NULL);
CREATE TABLE credentials (
	person_id VARCHAR(32) NOT NULL, 
	login_mac VARCHAR(64) NOT NULL, 
	password_hash TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_credentials PRIMARY KEY (person_id), 
	CONSTRAINT fk_credentials_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT uq_credentials_login_mac UNIQUE (login_mac)
);
INSERT INTO "credentials" VALUES('de089936bdaec736c930ee71b447b47a','fb6e295a71d459fbf0a3471e8271df918ec3a56d163fe97cf891d366ec08edb6','$argon2id$v=19$m=65536,t=3,p=4$/EkKEPpn1vhV35U8GQpg0Q$4JBpEGlLmKrHNjUHHo4q7sIXKY+5gDoMq1TO1EQt7O4','2026-03-02 08:30:00.000000');
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
INSERT INTO "facts" VALUES('audit_end','18 5bc01365c30f69a001be8afb0e6879c4eebfa48072c45d710ebcb34360ca045c');
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
INSERT INTO "identities" VALUES('4830deecb39ef1729940f105445635e3',X'9C40D1AD65AA68A8ECEEB46409B887A89D2F8E54AD09F790150A1B65D5C033',X'D212714D9B52C42E6383334223BEE288F638B35444358AADC39E6131D56823F37B7D602312513377A36333',NULL,NULL);
INSERT INTO "identities" VALUES('558d45f86ff61e0399fcbeb30936d764',X'99B8BCCC8D69CE9EBD4A25313DBBCEDEC6BCAD9E97D575856918C59AB838BD0A',X'3CB4C592AA4C061C2E0EC422BF4DF887F2B8152670B161187177F03A825DC1504AF07DD0BC0BF7FABFD6A737',NULL,NULL);
INSERT INTO "identities" VALUES('90150276381c7d93a21f6618278c8dd2',X'FF306F01DAFE552AD6C3FA800EA13D2245E52DAC37242D528D92CFC81D8B0A4F17',X'7A2C5EA6CFA8475FDE2B7ACC0BD908810B2A70F1931B214A64C4708DB73884BE110E8065ED8CDE4E26CF7E4AAD',NULL,NULL);
INSERT INTO "identities" VALUES('d797c4e673936fbd991184a64d6050f8',X'6CD89B98FDA707D893E6C420B1A557DAC044BD18AF2A9972EE0183CE3FD8C166',X'89CFEE62CAD82E265BA4280CFB08357EE51D724070F83F952EF457923B6E666BC3E81DBC21897DF3471CF4D4',NULL,NULL);
INSERT INTO "identities" VALUES('de089936bdaec736c930ee71b447b47a',X'23E18E164930A272F4DE0221A4554F8F4F7AF4E524D1C58A9424DF047667259E',X'FB97F51DA2BC7D4F6E8D8E83CE42890E9B4B4AF768AF1D825753A2BD4775893885E88A06F25EAC27B26DDE4E',NULL,X'834EC17A068818D5E00F5FB435C97BAF4896378CA9448390F6F6473FCEAE8BBA');
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
INSERT INTO "invitations" VALUES('f0c8492e9377536d2735852ef13d3538','join_code','ba4e5fd7638f5327c79f3d09080291c0348023a96a57fa7a0f1aecbab0760321','0c54725dff65635c8fb107b57cfb1ff9',NULL,'de089936bdaec736c930ee71b447b47a',60,'2026-03-02 08:30:00.000000','2026-03-16 08:30:00.000000',NULL);
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
INSERT INTO "marks" VALUES('ade8bb5db159c61e44d87732e9b0ad05',1,'word','0',70.0,95.0,X'48C77A67E22E5D54CEA862792F3D9BFEF05287EA6D4A3A8413CF4903883EA0F95B34','de089936bdaec736c930ee71b447b47a','2026-03-02 08:30:00.000000');
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
INSERT INTO "memberships" VALUES('0c54725dff65635c8fb107b57cfb1ff9','4830deecb39ef1729940f105445635e3','learner',NULL,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('0c54725dff65635c8fb107b57cfb1ff9','558d45f86ff61e0399fcbeb30936d764','learner',NULL,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('0c54725dff65635c8fb107b57cfb1ff9','de089936bdaec736c930ee71b447b47a','teacher',NULL,'2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "people" VALUES('4830deecb39ef1729940f105445635e3',NULL,'learner','Mighty Jaguar 66','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('558d45f86ff61e0399fcbeb30936d764',NULL,'learner','Snowy Panda 85','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('90150276381c7d93a21f6618278c8dd2',NULL,'teacher','Clever Dove 43','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('d797c4e673936fbd991184a64d6050f8',NULL,'admin','Curious Dolphin 15','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('de089936bdaec736c930ee71b447b47a',NULL,'teacher','Snowy Swan 00','en',0,0,'2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "recordings" VALUES('e492683c6fdc415243021eb14dff1eeb','4830deecb39ef1729940f105445635e3','866534d5b1133f09ef3a4a3c10a36867','7f5fc64b3d2462d93f0c09097f821772','take','8038ca42c2ec77cfaa15261a552838c830ace1b469286c4f4c39c2fab2dc3c67','15cbb3921c2e83baeb936349e59f9fbf53f56edc6480d017d7e1c469e5cf1829','7f20eca568d4c2ce','audio/webm',7,2.5,'2026-03-02 08:30:00.000000','2026-04-01 08:30:00.000000',NULL);
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
INSERT INTO "sessions" VALUES('cadd029e36c64b6adf151ffcec26d5c30d410ed1e103a68f06205584da868c4f','de089936bdaec736c930ee71b447b47a','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
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
INSERT INTO "submissions" VALUES('866534d5b1133f09ef3a4a3c10a36867','a48cb36b54833f11da49dd61f569a31b','4830deecb39ef1729940f105445635e3',1,'submitted','attempt','2026-03-02 08:30:00.000000','2026-03-02 08:30:00.000000',NULL);
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
COMMIT;
