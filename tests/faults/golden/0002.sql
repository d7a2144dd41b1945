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
INSERT INTO "assessments" VALUES('468cf504c7401f4407aa798aea912066','f521bf9a10f8972932bbab374bc07f6a','test',X'A4CCA627F8022B88DC0CF11ED49E5C8CD8FDE821E906E34C7CF0C4FFACAA806E21904A841600FF859BB3FA1B4AADDDA24A6A31D36EA03FCC49749EBE00778C4508C087D7C8449DC5B49D24F56334CD0E422CAA3A9ECD8120272976B581CF7E936E5ED129F5A5D1122E64B8D767E0E45DA3F0C68AA47FE21BC3CB075D664052CC3CCFBB5DAF73BB9AC1A2983DBE2174869BFF816E02C2294DFF732A7A6209507075BCED386A34D5FE805F3223DC1760F35CB055C6AF307268C887CE5F2D9C761F2EE7838A809119689BB5FD68A11B1EE0E00F79BD579B427E7325895D916886257DBFF96CAFE9ABB9D8D4463CDEAC0AECE118E204D1B356032D1FF0D22909DD885397F5CF4E111A46B9B6C8E67A3C93787FDEE7C3A0BC50D68E0FDC78FDFACD454EF42F51876F7086C109DCD9C89A4A402206C157C0FC3A9472C60844951816F21CC95AE2BA69BFB390289C6349652059082410A992568288BD63C9E4A45AF17FAA6D60B2198CD7A8A112D82A8BA36F47BAB31AF17B195D0D5DB65A3ADDC8F93B62F01C4275A0C58E3566F0E6120DB14DB2F652B365B89D39649683EF84C65CDC822E53F7CBB460F59B68DDFD4643C67342712CB0A6F9036DF6A24587EAE65C84857F2B4E2FECC1962A21A5D85266F805FF8B9CACC5EB50B278F0E850CC7FD60012C982C4FA4B3BA7B3D967CB4575093C6238E8077B8BF202993BE7297F61789E5F0ADC43DBCAF7398BBDFADE1FFC92D3FC2FCDA584B7F64F0A068233D9BAC1C5BF023B14229A946593A775ECB3335BFE31BE79ED496943FC332D3E1437B6C40B','{"accuracy": 87.5, "completeness": 66.66666666666667, "fluency": null, "overall": 58.33333333333334, "prosody": 100.0, "sounds": {"T": [300.0, 4]}, "words": {"eats": [80.0, 1], "she": [95.0, 1]}}','2026-03-02 08:30:00.000000');
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
INSERT INTO "assignment_items" VALUES('77edf3c06b138157f07dc101860117c4','551732b0abd3d4fa87b23ac5b2f911c4',0,NULL,'She eats fish.',NULL);
INSERT INTO "assignment_items" VALUES('e6ef239a00e74d4d42e7afa52dbdb90b','551732b0abd3d4fa87b23ac5b2f911c4',1,NULL,'Very good.',NULL);
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
INSERT INTO "assignments" VALUES('551732b0abd3d4fa87b23ac5b2f911c4','daa7cfd6d51cb21e9ec0bd1cd548bfd4','Fish','sentences','standard',2,NULL,NULL,'UTC','["overall"]','{"criteria": {}, "instructions": "", "weights": {}}','e6b06bd71d109b53995609475f10de6c','2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "audit" VALUES(1,'2026-03-02 08:30:00.000000','operator','person.create','person:37eacbfbc6c4f699f1c3adefce0d2784','{}','cca85c00368f54085a739656a7f90788ed4b239de9d68b0c956ea2fbf84121aa');
INSERT INTO "audit" VALUES(2,'2026-03-02 08:30:00.000000','operator','person.create','person:e6b06bd71d109b53995609475f10de6c','{}','b3887e8a3cb731a8c4e97ca72b1bfc4ea9b707964589ba7f6710c98705ab76b4');
INSERT INTO "audit" VALUES(3,'2026-03-02 08:30:00.000000','operator','person.create','person:7694fe1c374047d3fbf75d609b22026f','{}','fc90716558277dc5eaf70ff96d445349a43b2e9ae8a35b91a6cc823f9d9efd2c');
INSERT INTO "audit" VALUES(4,'2026-03-02 08:30:00.000000','operator','person.create','person:d08fe7a2454ce4b5482d958500b4b308','{}','3cae85f7388a61ae850266d928fce9e94e21e80949d49c1da66b9ba4232dc677');
INSERT INTO "audit" VALUES(5,'2026-03-02 08:30:00.000000','operator','person.create','person:bf2646d8b1726db556c46661af65e97e','{}','91486db15603fb45ded5b72a2a887efb7a1a733d431885b30ab140bb9a57983f');
INSERT INTO "audit" VALUES(6,'2026-03-02 08:30:00.000000','e6b06bd71d109b53995609475f10de6c','member.add','person:d08fe7a2454ce4b5482d958500b4b308','{"class": "daa7cfd6d51cb21e9ec0bd1cd548bfd4"}','eb77e4d82370d5cb0f2674763a33e91e95381601d819edc58cae37d471b0ff84');
INSERT INTO "audit" VALUES(7,'2026-03-02 08:30:00.000000','d08fe7a2454ce4b5482d958500b4b308','consent.give','person:d08fe7a2454ce4b5482d958500b4b308','{"purpose": "practice"}','84afc93df71a2fbfda63e6ce382b05aac9f8dae0114ee739584d4ce095e65a6e');
INSERT INTO "audit" VALUES(8,'2026-03-02 08:30:00.000000','d08fe7a2454ce4b5482d958500b4b308','consent.give','person:d08fe7a2454ce4b5482d958500b4b308','{"purpose": "teacher_listens"}','25fd920f64396fb02e4e4cb57a25a46e99c3ef65983f814a1b5ccc2511b21da3');
INSERT INTO "audit" VALUES(9,'2026-03-02 08:30:00.000000','d08fe7a2454ce4b5482d958500b4b308','consent.give','person:d08fe7a2454ce4b5482d958500b4b308','{"purpose": "research_export"}','a208f075ed069f3206061078bddaea3a55e64601b3cc40f881695ecfe74d6846');
INSERT INTO "audit" VALUES(10,'2026-03-02 08:30:00.000000','d08fe7a2454ce4b5482d958500b4b308','consent.give','person:d08fe7a2454ce4b5482d958500b4b308','{"purpose": "speaker_check"}','fb8d3a63d612607ac5231a53242e7236aa4ae82629b26dfda11c5d0738928cb2');
INSERT INTO "audit" VALUES(11,'2026-03-02 08:30:00.000000','e6b06bd71d109b53995609475f10de6c','member.add','person:bf2646d8b1726db556c46661af65e97e','{"class": "daa7cfd6d51cb21e9ec0bd1cd548bfd4"}','67a9eeb63ed0d1b5aebd69cd2ed2a8e902673160a5b71df81f3acca69510a2b4');
INSERT INTO "audit" VALUES(12,'2026-03-02 08:30:00.000000','bf2646d8b1726db556c46661af65e97e','consent.give','person:bf2646d8b1726db556c46661af65e97e','{"purpose": "practice"}','12d389a9aef11d31863988e142ad4e802e667c346974bd720a207a2c6a72a447');
INSERT INTO "audit" VALUES(13,'2026-03-02 08:30:00.000000','bf2646d8b1726db556c46661af65e97e','consent.give','person:bf2646d8b1726db556c46661af65e97e','{"purpose": "teacher_listens"}','76345ba053a1ce296344c372d41fd2a39d78ac6da8eeef3f4831c83af615ce2f');
INSERT INTO "audit" VALUES(14,'2026-03-02 08:30:00.000000','bf2646d8b1726db556c46661af65e97e','consent.give','person:bf2646d8b1726db556c46661af65e97e','{"purpose": "research_export"}','2f0372febc1fd93c1aebaf26557df6bdcc3b3da2156a971430b2d8dcc3d1c483');
INSERT INTO "audit" VALUES(15,'2026-03-02 08:30:00.000000','bf2646d8b1726db556c46661af65e97e','consent.give','person:bf2646d8b1726db556c46661af65e97e','{"purpose": "speaker_check"}','bf08bf561b3aead575b966383ba59aa4a67d3b633cee7142bfd6739557a32f6f');
INSERT INTO "audit" VALUES(16,'2026-03-02 08:30:00.000000','e6b06bd71d109b53995609475f10de6c','assessment.overrule','assessment:468cf504c7401f4407aa798aea912066','{"level": "word", "place": "0", "value": 95}','27c4219f9c3ebc5f9f54537813ec0b2203f7f27f975a158767def92d93ac5b7f');
INSERT INTO "audit" VALUES(17,'2026-03-02 08:30:00.000000','e6b06bd71d109b53995609475f10de6c','recording.listen','recording:f521bf9a10f8972932bbab374bc07f6a','{}','bfd001135b3ccc8f8f4b76d84a04371dca9772415bb16e5ac6cb69df4d2b3fd0');
INSERT INTO "audit" VALUES(18,'2026-03-02 08:30:00.000000','e6b06bd71d109b53995609475f10de6c','submission.release','submission:fc582101365159a2008cd9ac32b6724c','{}','7fcc60dd4908bbbd460bacff09e638a925b56b91b1a3718a981047324a9aba15');
INSERT INTO "audit" VALUES(19,'2026-03-02 08:30:00.000000','operator','password.set','person:e6b06bd71d109b53995609475f10de6c','{}','2cd5848270fb50efbf5419d2f507b56ea24fa7eb7be483da37c4f081030db7c5');
INSERT INTO "audit" VALUES(20,'2026-03-02 08:30:00.000000','operator','password.set','person:d08fe7a2454ce4b5482d958500b4b308','{}','9a8a379b4b2e22891104c1310737681e30037aa765a8da080ab5bf43e5e3ab55');
INSERT INTO "audit" VALUES(21,'2026-03-02 08:30:00.000000','e6b06bd71d109b53995609475f10de6c','link.make','person:d08fe7a2454ce4b5482d958500b4b308','{}','dbea1ae4289ba6ed63e3519adbe6d860fe454efc18c0cef6ca1f1a25fef94e56');
INSERT INTO "audit" VALUES(22,'2026-03-02 08:30:00.000000','e6b06bd71d109b53995609475f10de6c','checkin.dismiss','person:d08fe7a2454ce4b5482d958500b4b308','{"class": "daa7cfd6d51cb21e9ec0bd1cd548bfd4", "reason": "stopped"}','8df508578a5905c425799829c745dffbca8b73e93d3e8aa1c1ed56760071e158');
INSERT INTO "audit" VALUES(23,'2026-03-02 08:30:00.000000','37eacbfbc6c4f699f1c3adefce0d2784','platform.register','platform:cc5e05ce019e79f9e1ec384cf897ee7a','{}','9bb78c4940124a9b00438e4ad18a3f60702a426c1e8266a44cc0d1f329a02492');
INSERT INTO "audit" VALUES(24,'2026-03-02 08:30:00.000000','d08fe7a2454ce4b5482d958500b4b308','account.link','person:d08fe7a2454ce4b5482d958500b4b308','{}','658cc012f76170ba9d66f6868fef1804370c34ae73dc544fbf9f82f738bc84a5');
INSERT INTO "audit" VALUES(25,'2026-03-02 08:30:00.000000','d08fe7a2454ce4b5482d958500b4b308','platform.sign_in','person:d08fe7a2454ce4b5482d958500b4b308','{}','fa15c436cb746f5b9b52d93a9cd06c74b70ec5d566563f2370bb7da5b70e12a3');
CREATE TABLE classes (
	id VARCHAR(32) NOT NULL, 
	school_id VARCHAR(32), 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	CONSTRAINT pk_classes PRIMARY KEY (id), 
	CONSTRAINT fk_classes_school_id FOREIGN KEY(school_id) REFERENCES schools (id)
);
INSERT INTO "classes" VALUES('daa7cfd6d51cb21e9ec0bd1cd548bfd4',NULL,'9A','2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "consents" VALUES('02249550fb63c477c66209f9cde4a162','bf2646d8b1726db556c46661af65e97e','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'bf2646d8b1726db556c46661af65e97e','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('323fc752332cb18971e24bd8e3b70a3b','d08fe7a2454ce4b5482d958500b4b308','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'d08fe7a2454ce4b5482d958500b4b308','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('579596c48c89a308e83e942ffc548ed2','d08fe7a2454ce4b5482d958500b4b308','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'d08fe7a2454ce4b5482d958500b4b308','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('5db7e031e7030f852a9ecc40692ad204','bf2646d8b1726db556c46661af65e97e','speaker_check','629589dc11d66df3373303016770e996',1,0,'bf2646d8b1726db556c46661af65e97e','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('7e119bd1619f0859216ef462f6a11f88','d08fe7a2454ce4b5482d958500b4b308','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'d08fe7a2454ce4b5482d958500b4b308','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('94328933e67254c7e032638d47121fab','d08fe7a2454ce4b5482d958500b4b308','speaker_check','629589dc11d66df3373303016770e996',1,0,'d08fe7a2454ce4b5482d958500b4b308','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('a76e7ecc61e207825e09f7de79e0db64','bf2646d8b1726db556c46661af65e97e','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'bf2646d8b1726db556c46661af65e97e','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('baf93d82b2c2b5844b67bd9225f4118b','bf2646d8b1726db556c46661af65e97e','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'bf2646d8b1726db556c46661af65e97e','2026-03-02 08:30:00.000000',NULL);
CREATE TABLE credentials (
	person_id VARCHAR(32) NOT NULL, 
	login_mac VARCHAR(64) NOT NULL, 
	password_hash TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_credentials PRIMARY KEY (person_id), 
	CONSTRAINT fk_credentials_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT uq_credentials_login_mac UNIQUE (login_mac)
);
INSERT INTO "credentials" VALUES('d08fe7a2454ce4b5482d958500b4b308','9629ae82d6dd59ac8917be51e6aba35ab82e59432d53ebf62edebadae44a00b0','$argon2id$v=19$m=65536,t=3,p=4$M7rnBdknI5Ja1UkIkkzbcQ$0YiaAnvSX9q4pqyvZKl5laLPzlAdodAKcOVvjUn04WA','2026-03-02 08:30:00.000000');
INSERT INTO "credentials" VALUES('e6b06bd71d109b53995609475f10de6c','27a5c04ef4276a71c79437e0496b10b6f51564a740d9aa305235f7ccf767e205','$argon2id$v=19$m=65536,t=3,p=4$pXkOc2PfUB23VO/VYH7yFg$k66+H0f+XYtqXRPVJ2L6VpCCysBxEzBCEtyc+ZlHWiU','2026-03-02 08:30:00.000000');
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
INSERT INTO "dismissals" VALUES('daa7cfd6d51cb21e9ec0bd1cd548bfd4','d08fe7a2454ce4b5482d958500b4b308','stopped','e6b06bd71d109b53995609475f10de6c','2026-03-02 08:30:00.000000');
CREATE TABLE facts (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_facts PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('audit_end','25 88cedac5b9535537b989f438c01a89de218f6bda527ebfccc968190ab651ea35');
CREATE TABLE groups (
	id VARCHAR(32) NOT NULL, 
	class_id VARCHAR(32) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	CONSTRAINT pk_groups PRIMARY KEY (id), 
	CONSTRAINT fk_groups_class_id FOREIGN KEY(class_id) REFERENCES classes (id), 
	CONSTRAINT uq_groups_class_id_id UNIQUE (class_id, id), 
	CONSTRAINT uq_groups_class_id_name UNIQUE (class_id, name)
);
INSERT INTO "groups" VALUES('1405f87c27223455190b0c929e81910b','daa7cfd6d51cb21e9ec0bd1cd548bfd4','Red');
CREATE TABLE identities (
	person_id VARCHAR(32) NOT NULL, 
	name BLOB, 
	email BLOB, 
	guardian BLOB, 
	login BLOB, 
	CONSTRAINT pk_identities PRIMARY KEY (person_id), 
	CONSTRAINT fk_identities_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "identities" VALUES('37eacbfbc6c4f699f1c3adefce0d2784',X'A0DC9DA487598A7154425BD8B066387E4F696B294A29FBE5F79627FA714D5EBB',X'2CE82146F70F2616A55719098EC6D9E9B873B5DB62EA65C09BE7B51214734434A418F932C693F99101CA3B0F',NULL,NULL);
INSERT INTO "identities" VALUES('7694fe1c374047d3fbf75d609b22026f',X'52541B9830C4E78FB746B951A8259F71D31898E13F0E26B82096A05221E07AB7C3',X'541262F07AEB4A0B688A78575977A46489379C34C1A9341E3AA189FE5547568D2AA7C6B5DDA51A4B8B00174A96',NULL,NULL);
INSERT INTO "identities" VALUES('bf2646d8b1726db556c46661af65e97e',X'4CEE31A8F78B82F392AAD8B04A5E25A9080620439CDCEDC4E91AB2230BF63A6F',X'3C92E50B49C5A3A45088F2EA42045809D97956E7461437E31732AD123A0D84BD9912F70F9846E92570243C40',NULL,NULL);
INSERT INTO "identities" VALUES('d08fe7a2454ce4b5482d958500b4b308',X'A1430C9514B707C0E2030ECA98A293AE2BEFA2B9728DFB955A5E2470A954D2',X'0221B4ACC5379B1BEF868B36867B488587A05BF10AC0373E4059CC02E18F7786DB44F036BCEE2CAC878BCE',NULL,X'18B50528048C923FCD0552AC1B8B97A170C51452A9292A145E938D36006985');
INSERT INTO "identities" VALUES('e6b06bd71d109b53995609475f10de6c',X'1CE28137C6B2C4D56060802294CB598DA9C7FDF42E78179ED4CEA229F036559D',X'7B383601D1742647970BBC94F876E2053A3E3D9FC52FBE6151E2E499E6656E9AF5777D84DF6988B0E62FB563',NULL,X'16DE8D9169B1BB7472495A4874D3A97B2B757D9DD64E11D8103B4C9BF8666CDB');
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
INSERT INTO "invitations" VALUES('90189876b344ae127271274239d02815','magic_link','baad36e47e58e5545310d45255320d598ebc3138e9a8e30b9816d58252631b31',NULL,'d08fe7a2454ce4b5482d958500b4b308','e6b06bd71d109b53995609475f10de6c',1,'2026-03-02 08:30:00.000000','2026-03-04 08:30:00.000000',NULL);
INSERT INTO "invitations" VALUES('95f9d1890082aa09abfaa9b851c4800f','join_code','b551c64f267ebd4fc5805888c74b814106452d0a159d741eeb8cf4a27d5c71da','daa7cfd6d51cb21e9ec0bd1cd548bfd4',NULL,'e6b06bd71d109b53995609475f10de6c',60,'2026-03-02 08:30:00.000000','2026-03-16 08:30:00.000000',NULL);
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
INSERT INTO "marks" VALUES('468cf504c7401f4407aa798aea912066',1,'word','0',70.0,95.0,X'E27B2AB2DA65CB53B5FE6D01F8DD9B7D22FBE96D259060C8F4F7E08645046E7A4D8F','e6b06bd71d109b53995609475f10de6c','2026-03-02 08:30:00.000000');
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
INSERT INTO "memberships" VALUES('daa7cfd6d51cb21e9ec0bd1cd548bfd4','bf2646d8b1726db556c46661af65e97e','learner',NULL,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('daa7cfd6d51cb21e9ec0bd1cd548bfd4','d08fe7a2454ce4b5482d958500b4b308','learner','1405f87c27223455190b0c929e81910b','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('daa7cfd6d51cb21e9ec0bd1cd548bfd4','e6b06bd71d109b53995609475f10de6c','teacher',NULL,'2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "people" VALUES('37eacbfbc6c4f699f1c3adefce0d2784',NULL,'admin','Bright Lemur 11','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('7694fe1c374047d3fbf75d609b22026f',NULL,'teacher','Quick Orca 45','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('bf2646d8b1726db556c46661af65e97e',NULL,'learner','Quiet Lynx 84','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('d08fe7a2454ce4b5482d958500b4b308',NULL,'learner','Snowy Orca 06','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('e6b06bd71d109b53995609475f10de6c',NULL,'teacher','Sunny Swan 64','en',0,0,'2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "recordings" VALUES('f521bf9a10f8972932bbab374bc07f6a','d08fe7a2454ce4b5482d958500b4b308','fc582101365159a2008cd9ac32b6724c','77edf3c06b138157f07dc101860117c4','take','2f29f2c0167ec3527128cbad0418a925af2911fc24cab2f04b55dcbadeb671c8','3d299aa0a1b967ff4b721b9617199acab42a021523013fd20533fce6bbd58a93','49e0fdf92925abef','audio/webm',7,2.5,'2026-03-02 08:30:00.000000','2026-04-01 08:30:00.000000',NULL);
CREATE TABLE schools (
	id VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_schools PRIMARY KEY (id)
);
INSERT INTO "schools" VALUES('b6db608415723f561de2c8272c312aba','SMP 1','2026-03-02 08:30:00.000000');
CREATE TABLE sessions (
	id_hash VARCHAR(64) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	CONSTRAINT pk_sessions PRIMARY KEY (id_hash), 
	CONSTRAINT fk_sessions_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "sessions" VALUES('1662820c16ce52e97a0cd211c4343ff7148f0ce48cd34be5d5cbe7e740341428','d08fe7a2454ce4b5482d958500b4b308','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
INSERT INTO "sessions" VALUES('b152a73f03b3b22637d80a7e85a6e9fff86639b5f008d98f6d3b2a935ce7eaec','d08fe7a2454ce4b5482d958500b4b308','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
INSERT INTO "sessions" VALUES('b57cc2647adc36c2a8ac079fd87cb780bb140029547847bb8d3a8ae6a6fe74a4','e6b06bd71d109b53995609475f10de6c','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
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
INSERT INTO "submissions" VALUES('fc582101365159a2008cd9ac32b6724c','551732b0abd3d4fa87b23ac5b2f911c4','d08fe7a2454ce4b5482d958500b4b308',1,'released','attempt','2026-03-02 08:30:00.000000','2026-03-02 08:30:00.000000','2026-03-02 08:30:00.000000');
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
