BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
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
INSERT INTO "assessments" VALUES('44b30d2ffd233dc2f3f99391b3a8804a','0ffb8e217a81ab4c77a883a4dae93456','test',X'D4EA82496900B5537D100830010173D7D5342C40C72D95FF69434CC6075E02C1C97051CC24EDCD9549949857C6CC472A30CE4A9594655C2E3A40062B9AD4C29AF199BA6E3AAD7239C7566418091477B01EAE34406679FE25A967F742D17820C485D5BEA4AD8730A85CDA3DBCBD5926A346448705DE3BEC4E95884A3C5D12B8D640BC7DA8D4D171CD91B579FFF5A3D4F01049B5BF30723F941871B1A4453C86B4E75C9DB3B9B4489DDFDEAF527F7765B40684F461EB5B824833AC4E2F930D1E0761EC8CD698ACF7B014EBECD5F4FD284D5718DF60D18227C980FDB936793538312CEB376C9B7898D81A6BA8C21A97B2A3AFD99A64883CD81A3A467B7ED10579948D431D5E7049B1A327A672A87744F7D45D235A34DBAE73EA068C9CC5B3BE24D62DF4BB3AD0938ED0A08DD454CF96BF05F103ECF18A5E8EA41ED9BE63C15175546D433449149380AB80CF882E29B5B432651041EBF818B4FC881EAE3AC99732BEB073A1532A611B3D8D39C75DC0446038B5A7F50E0A4128F70F363A7958EF252094A2FC72F263F8EDCE4C1E98F985B313284EF825927B37C3852ED420B84D38530CB0EFC1391F85B01BBF56E7156C0FB9A557587108EC4BF7954199139EDC9B10C06D51ECF2AD6CB41B866BE5BA753B27CABFA4FF9247E4D7292BD54CE580D109D82EEDD280AF075E2DBE19CBB15D256989B46829E564C8A990AC6BF884A098ACD2ECB83354686492A0E494359DF80FB6E15872D5F091BC8B5CAEA37DE022E9CEE27557951C58BAC9E24A3BFE352F9F7C77BFC00017306C56CE0122B8C2849435','{"accuracy": 87.5, "completeness": 66.66666666666667, "fluency": null, "overall": 58.33333333333334, "prosody": 100.0, "sounds": {"T": [300.0, 4]}, "words": {"eats": [80.0, 1], "she": [95.0, 1]}}','2026-03-02 08:30:00.000000');
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
INSERT INTO "assignment_items" VALUES('51abc209a01819cb923f343ede839481','c6b3e98f081be2c8bc8a9b3b19a0aece',0,NULL,'She eats fish.',NULL);
INSERT INTO "assignment_items" VALUES('e5a1ade75ca9484d28002d6b4e0a5292','c6b3e98f081be2c8bc8a9b3b19a0aece',1,NULL,'Very good.',NULL);
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
INSERT INTO "assignments" VALUES('c6b3e98f081be2c8bc8a9b3b19a0aece','70eff7060f50a5158a624069b5678c9c','Fish','sentences','standard',2,NULL,NULL,'UTC','["overall"]','{"criteria": {}, "instructions": "", "weights": {}}','b7ee52e8f9c0dfe3dc5d2fb220a7db32','2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "audit" VALUES(1,'2026-03-02 08:30:00.000000','operator','person.create','person:179ff0e047aced7c90afc58f97bae612','{}','add85159f1dee1cb1a98ec7a20d1e6841c1b9b1799ade5272abd0b388a65d89e');
INSERT INTO "audit" VALUES(2,'2026-03-02 08:30:00.000000','operator','person.create','person:b7ee52e8f9c0dfe3dc5d2fb220a7db32','{}','a3f201f40ea9ce18edad70118f8f15047e4bf73a4490acfdf6e04c1b05cfeb3b');
INSERT INTO "audit" VALUES(3,'2026-03-02 08:30:00.000000','operator','person.create','person:d2561d69fa536d2119873911d7af7289','{}','7c72dbf56ae526a4361d2b00974898e393a84c5a490af4d50ca48a1211ab363b');
INSERT INTO "audit" VALUES(4,'2026-03-02 08:30:00.000000','operator','person.create','person:35c9b7f11f94a799d0d04baaf5a79079','{}','193d9444258c007d79c3c3f91b2ff6f338d6d9e71d7cdef81779156f6a93a9b6');
INSERT INTO "audit" VALUES(5,'2026-03-02 08:30:00.000000','operator','person.create','person:e21e9654d23a2ce6d83ea88a01909811','{}','e10f3fec4f174c2c2f8ede7085a43b1776db4deb0b6171a1f2516da8e4e9a817');
INSERT INTO "audit" VALUES(6,'2026-03-02 08:30:00.000000','b7ee52e8f9c0dfe3dc5d2fb220a7db32','member.add','person:35c9b7f11f94a799d0d04baaf5a79079','{"class": "70eff7060f50a5158a624069b5678c9c"}','47ee52c9f49994a96a3a29a3f3eec6056161855a8d53c24acbd24a0020b09ece');
INSERT INTO "audit" VALUES(7,'2026-03-02 08:30:00.000000','35c9b7f11f94a799d0d04baaf5a79079','consent.give','person:35c9b7f11f94a799d0d04baaf5a79079','{"purpose": "practice"}','a3a2ade231edd0a68e8b542db933deff29ac2b7e8605978f815924b1e7fe3ab1');
INSERT INTO "audit" VALUES(8,'2026-03-02 08:30:00.000000','35c9b7f11f94a799d0d04baaf5a79079','consent.give','person:35c9b7f11f94a799d0d04baaf5a79079','{"purpose": "teacher_listens"}','7494b770aca5e1a3afd1d7f7b084eea80931de2050830cc92e1b9997bbba868b');
INSERT INTO "audit" VALUES(9,'2026-03-02 08:30:00.000000','35c9b7f11f94a799d0d04baaf5a79079','consent.give','person:35c9b7f11f94a799d0d04baaf5a79079','{"purpose": "research_export"}','b27b09dbec83c3e2e38a8c289ba685e1dc42fb09d628157842f9002f2c7ea220');
INSERT INTO "audit" VALUES(10,'2026-03-02 08:30:00.000000','35c9b7f11f94a799d0d04baaf5a79079','consent.give','person:35c9b7f11f94a799d0d04baaf5a79079','{"purpose": "speaker_check"}','58b602e8501d92fc55cdb8b94d7337c57f65d9c95ad878abd16e6fbda89e3618');
INSERT INTO "audit" VALUES(11,'2026-03-02 08:30:00.000000','b7ee52e8f9c0dfe3dc5d2fb220a7db32','member.add','person:e21e9654d23a2ce6d83ea88a01909811','{"class": "70eff7060f50a5158a624069b5678c9c"}','f804b1500d051a5a73fce537b695d26b94ec1e8cddceecbeec6ec28c15cc1e38');
INSERT INTO "audit" VALUES(12,'2026-03-02 08:30:00.000000','e21e9654d23a2ce6d83ea88a01909811','consent.give','person:e21e9654d23a2ce6d83ea88a01909811','{"purpose": "practice"}','e4d8ed5bc0179f8dc34c876ca59cb40887762c1c6368a9394e29da3037bde78a');
INSERT INTO "audit" VALUES(13,'2026-03-02 08:30:00.000000','e21e9654d23a2ce6d83ea88a01909811','consent.give','person:e21e9654d23a2ce6d83ea88a01909811','{"purpose": "teacher_listens"}','9199841fcb7b0f3d039711b57c94b31559238fe4e0887013aafb8594da00355f');
INSERT INTO "audit" VALUES(14,'2026-03-02 08:30:00.000000','e21e9654d23a2ce6d83ea88a01909811','consent.give','person:e21e9654d23a2ce6d83ea88a01909811','{"purpose": "research_export"}','c5e291a1feea8544d83ebbd80e29b6f0a833de4b943271b760d80307e73b4f12');
INSERT INTO "audit" VALUES(15,'2026-03-02 08:30:00.000000','e21e9654d23a2ce6d83ea88a01909811','consent.give','person:e21e9654d23a2ce6d83ea88a01909811','{"purpose": "speaker_check"}','652b210829e75cdf62a40f1cefd6da22ccc36f31daa8d6735ece68cb807c836c');
INSERT INTO "audit" VALUES(16,'2026-03-02 08:30:00.000000','b7ee52e8f9c0dfe3dc5d2fb220a7db32','assessment.overrule','assessment:44b30d2ffd233dc2f3f99391b3a8804a','{"level": "word", "place": "0", "value": 95}','779c365e704e066ab0629f9090db602fb711ac7858ff3ae61017b839f329bda3');
INSERT INTO "audit" VALUES(17,'2026-03-02 08:30:00.000000','b7ee52e8f9c0dfe3dc5d2fb220a7db32','recording.listen','recording:0ffb8e217a81ab4c77a883a4dae93456','{}','dcbd875721677c46433377d471036fd5351b4c45e61c59d535be078fa22d7ab1');
INSERT INTO "audit" VALUES(18,'2026-03-02 08:30:00.000000','operator','password.set','person:b7ee52e8f9c0dfe3dc5d2fb220a7db32','{}','999ed877ce0fd99f318330bf51e7805b41d4e9c95fbe5672f02ec7b0cc43d083');
CREATE TABLE classes (
	id VARCHAR(32) NOT NULL, 
	school_id VARCHAR(32), 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	CONSTRAINT pk_classes PRIMARY KEY (id), 
	CONSTRAINT fk_classes_school_id FOREIGN KEY(school_id) REFERENCES schools (id)
);
INSERT INTO "classes" VALUES('70eff7060f50a5158a624069b5678c9c',NULL,'9A','2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "consents" VALUES('579f15f4e5f61f42d9ced6fb8936fcfa','35c9b7f11f94a799d0d04baaf5a79079','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'35c9b7f11f94a799d0d04baaf5a79079','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('5e09bfca8b4d4fced69900572407f540','35c9b7f11f94a799d0d04baaf5a79079','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'35c9b7f11f94a799d0d04baaf5a79079','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('74a01fa767457013259f5972d36c71fc','35c9b7f11f94a799d0d04baaf5a79079','speaker_check','629589dc11d66df3373303016770e996',1,0,'35c9b7f11f94a799d0d04baaf5a79079','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('7edb75963bc1037fbc2d4c8ea77e46a6','e21e9654d23a2ce6d83ea88a01909811','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'e21e9654d23a2ce6d83ea88a01909811','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('8310bf3a551ce5a09bde0495b05c6a31','35c9b7f11f94a799d0d04baaf5a79079','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'35c9b7f11f94a799d0d04baaf5a79079','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('931e261e32a2d506513da4841695d06c','e21e9654d23a2ce6d83ea88a01909811','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'e21e9654d23a2ce6d83ea88a01909811','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('9d8c5d4d2cd9c663aec2040232f9fa9e','e21e9654d23a2ce6d83ea88a01909811','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'e21e9654d23a2ce6d83ea88a01909811','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('f6974a5a28d328718f152bd93e3e936f','e21e9654d23a2ce6d83ea88a01909811','speaker_check','629589dc11d66df3373303016770e996',1,0,'e21e9654d23a2ce6d83ea88a01909811','2026-03-02 08:30:00.000000',NULL);
CREATE TABLE credentials (
	person_id VARCHAR(32) NOT NULL, 
	login_mac VARCHAR(64) NOT NULL, 
	password_hash TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_credentials PRIMARY KEY (person_id), 
	CONSTRAINT fk_credentials_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT uq_credentials_login_mac UNIQUE (login_mac)
);
INSERT INTO "credentials" VALUES('b7ee52e8f9c0dfe3dc5d2fb220a7db32','cee931621b4ddf92b7e6d3c81f573a1d425f584b7dcba29a89f609a897003758','$argon2id$v=19$m=65536,t=3,p=4$w0pFI8FePmltN6JVbe1gdQ$MInJRYAZSW+irFJgYg3HgXHSr6Z1er//Cjy8Dqupu7Q','2026-03-02 08:30:00.000000');
CREATE TABLE facts (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_facts PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('audit_end','18 127128e9c27eacc6193bc7dcf22783c5133b9003042f5b1e6c204946bc9a4ba1');
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
INSERT INTO "identities" VALUES('179ff0e047aced7c90afc58f97bae612',X'0B2DC76B41CF87A18B0958BF72A632FFFAD417B7B190B29F32EB8574871FD011',X'D4DF41C0D88F7E037A349ADEE2DF98E808CF007D5A7759ACE9CF48FA8E2A4D2355DCCF13AD6D6AA7EFA66D11',NULL,NULL);
INSERT INTO "identities" VALUES('35c9b7f11f94a799d0d04baaf5a79079',X'C0BE6455F6F79E035AFA8871298C1C4C484638839C98757223A1610855DBA2',X'C11912B6DAB2904D14F8CC392D7B617B437757F471AFFE2A0D4119E976C37B0CA0A08B736BB153E5AE9659',NULL,NULL);
INSERT INTO "identities" VALUES('b7ee52e8f9c0dfe3dc5d2fb220a7db32',X'03BD7ADE1A941159C8AE4B9D799154ABA0BB7687EE375386408CDB750E4B53FE',X'1B3D5CFFC1676E3E2A1BF1459E51C04110BB297DB71676F6D1A87BDDAE4C073BD072049F96178477C185F583',NULL,X'93E1EA3D664C35F2571863113026D69AE0253674C5E6E5CDE928910E216B9CDB');
INSERT INTO "identities" VALUES('d2561d69fa536d2119873911d7af7289',X'5BEA2FEFA3FEC0830F5CD5A955E3B8E280690B98FD809615746952A9E17DBE2CD2',X'950C477B72886A99F0D27A53E15C4C7875DA99FE22EEFE255AC43D27475F394DC2205ED08903B08983605B913B',NULL,NULL);
INSERT INTO "identities" VALUES('e21e9654d23a2ce6d83ea88a01909811',X'D2911C6EA1A3E622691AE6ACC113F8906F415F168FAC8D5A1444D2B6318E84B2',X'CB001133444758CFEFD37F3A15C5FA2978641393B1E391F888EA61F1150E2FD208AABDCF048233A0F0B5C390',NULL,NULL);
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
INSERT INTO "invitations" VALUES('7ad855eee770081ddbcfc54d5aeb59cf','join_code','7a8f45e6672f610af27666d890c48cf759530bee1421a4542b5b2c8097c63742','70eff7060f50a5158a624069b5678c9c',NULL,'b7ee52e8f9c0dfe3dc5d2fb220a7db32',60,'2026-03-02 08:30:00.000000','2026-03-16 08:30:00.000000',NULL);
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
INSERT INTO "marks" VALUES('44b30d2ffd233dc2f3f99391b3a8804a',1,'word','0',70.0,95.0,X'8EC9977D468553A8F7F9843C8E1EA350EF5F9A794974F96425E29C097F48824720EA','b7ee52e8f9c0dfe3dc5d2fb220a7db32','2026-03-02 08:30:00.000000');
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
INSERT INTO "memberships" VALUES('70eff7060f50a5158a624069b5678c9c','35c9b7f11f94a799d0d04baaf5a79079','learner',NULL,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('70eff7060f50a5158a624069b5678c9c','b7ee52e8f9c0dfe3dc5d2fb220a7db32','teacher',NULL,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('70eff7060f50a5158a624069b5678c9c','e21e9654d23a2ce6d83ea88a01909811','learner',NULL,'2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "people" VALUES('179ff0e047aced7c90afc58f97bae612',NULL,'admin','Silver Otter 55','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('35c9b7f11f94a799d0d04baaf5a79079',NULL,'learner','Lively Ibis 24','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('b7ee52e8f9c0dfe3dc5d2fb220a7db32',NULL,'teacher','Calm Owl 79','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('d2561d69fa536d2119873911d7af7289',NULL,'teacher','Proud Robin 70','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('e21e9654d23a2ce6d83ea88a01909811',NULL,'learner','Humble Dove 64','en',0,0,'2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "recordings" VALUES('0ffb8e217a81ab4c77a883a4dae93456','35c9b7f11f94a799d0d04baaf5a79079','dafb0d7998dd37e4b7e062147465b349','51abc209a01819cb923f343ede839481','take','c44d3e58c93637e1cbfda7eac21f93d848bda91a33f06df7c5c5a6251c2bdd60','6ecc76514a3663814c47aae178acbfb7753db21e2d2ca5ad161bc41e52d84865','3e4fe749dbf16f06','audio/webm',7,2.5,'2026-03-02 08:30:00.000000','2026-04-01 08:30:00.000000',NULL);
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
INSERT INTO "sessions" VALUES('ba8047be7b58cccf358d8410aa3aaf6e73ecaccdf1e9eecbbf195d836e443a0a','b7ee52e8f9c0dfe3dc5d2fb220a7db32','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
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
INSERT INTO "submissions" VALUES('dafb0d7998dd37e4b7e062147465b349','c6b3e98f081be2c8bc8a9b3b19a0aece','35c9b7f11f94a799d0d04baaf5a79079',1,'submitted','attempt','2026-03-02 08:30:00.000000','2026-03-02 08:30:00.000000',NULL);
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
COMMIT;
