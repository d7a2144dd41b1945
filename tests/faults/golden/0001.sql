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
INSERT INTO "assessments" VALUES('c82264cc63b218c6d6274d328cd9e894','f913d8e6585a3e38c1582ee84dbce474','test',X'1C3CCB5901BB8134A0F87CF0FFB855185511980C38BBEBF1FCEFA4E7441E0A9E0A2D3448FC4D58FB61B0F98E1757FA794697BB0A7FB879867655A46817829DE82A9C2F74D1091C1F4E7FD5070FC9916C050828350DD96C56E8E611DE9B7E1D36BEB0FCD40F11B87DA1131CEF390310BA371D0B5FD6DAD8095A19173E915D260580525D0AB8F8FFAD1943765AC1BE0A61C994E10922D244605F98B6C48E0BE38608AC2F2226CE5444E0D677E8E196885A0D15C1B9EB5AD3D1D806F8D97241AE25AE4D9A711E571B8C6A19CF33664979EDF2DBEB58F1BF458C31461FF603B5EB6DC54925E1F030AA822165EA93D4D7C25C95499F8B120292866DA68C880BF6A3A5330A304F4A5BB36ECA1B4FC7A398E37DAB41EDC10FCC9772983281710B9909935914C58A6190CF0A18CA1EF812268D9103C5E4C7211C33F3F34EE825A243850AF62C9C09375FDAD95ECD4073C8EE9E9D822513F45CAB1A800A98F4D59FBDC537CE4FCAEC5C7088FEA364AB7E78332649D7BBBF08FC0593B818A7717E86A92B07675BBFD124B407866E29E6A29FB48F810095F172D3915682F443542523064B7904154D314E8038B19615B4CAF4FA2623C0C5A40D37110E8D66004EE531D31494A8395E2236F876047573F6CE9FC7E4C16E72652FB75BA4B02BA5A1614935F4920F1D51A526B6052772FA0C4413469D668AA526B1711629B6C7EC293F2D5D404042CBDCB35E8C6446A9E4327252C5F8D4D35BDDA1DF6B64EEF9B5940DA7D7E54A54492B6D1E0F9C50B67C4F2572ED8841C07ED066E2788A16CD8C8CDE2E9E62A4','{"accuracy": 87.5, "completeness": 66.66666666666667, "fluency": null, "overall": 58.33333333333334, "prosody": 100.0, "sounds": {"T": [300.0, 4]}, "words": {"eats": [80.0, 1], "she": [95.0, 1]}}','2026-03-02 08:30:00.000000');
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
INSERT INTO "assignment_items" VALUES('9490d74218fd9e922b1c98d03ce437d4','6190c1eb753229ea2040bef385010b9c',0,NULL,'She eats fish.',NULL);
INSERT INTO "assignment_items" VALUES('99f464c90df0b51337544e69d50ac7c9','6190c1eb753229ea2040bef385010b9c',1,NULL,'Very good.',NULL);
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
INSERT INTO "assignments" VALUES('6190c1eb753229ea2040bef385010b9c','054121abab3325ad06fadf85052f4af0','Fish','sentences','standard',2,NULL,NULL,'UTC','["overall"]','{"criteria": {}, "instructions": "", "weights": {}}','fdcae91b3802d1b487a3ae8c94f463d1','2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "audit" VALUES(1,'2026-03-02 08:30:00.000000','operator','person.create','person:7a57c6ea31a20508e26acdf3e44ec3a8','{}','b970c5fc8f83aad4987f1263ca7c57ed638d5d58daa92b56ab3b1e0d8d4e6b76');
INSERT INTO "audit" VALUES(2,'2026-03-02 08:30:00.000000','operator','person.create','person:fdcae91b3802d1b487a3ae8c94f463d1','{}','0b838ae1dd78ce337f824f06693a6e15673e5becd9812e27b3adf1dff579f7d6');
INSERT INTO "audit" VALUES(3,'2026-03-02 08:30:00.000000','operator','person.create','person:0aa4fa36e42408543fed183b1a661093','{}','ee157101bb3266d916f621fff3cb94bb3fd7e9b70dd62e4a9b2b451d9c9bf8e2');
INSERT INTO "audit" VALUES(4,'2026-03-02 08:30:00.000000','operator','person.create','person:320b8e7704b6951488ec1735450aecd2','{}','d4107e7ee54ecc8266ffe342fb632bb516c5d54e5438e595ee9af8153dd1b2c6');
INSERT INTO "audit" VALUES(5,'2026-03-02 08:30:00.000000','operator','person.create','person:adf3927b93cf64e406cf23e775b7c6b1','{}','13f227e30b6e14e60993877b5577fe0d80aa6a4f5cf999082ddf174daf465e7f');
INSERT INTO "audit" VALUES(6,'2026-03-02 08:30:00.000000','fdcae91b3802d1b487a3ae8c94f463d1','member.add','person:320b8e7704b6951488ec1735450aecd2','{"class": "054121abab3325ad06fadf85052f4af0"}','2f1c0d9e061fff0907b6d53cece11405669cd84d3215f7c74f4f7554d24c22cb');
INSERT INTO "audit" VALUES(7,'2026-03-02 08:30:00.000000','320b8e7704b6951488ec1735450aecd2','consent.give','person:320b8e7704b6951488ec1735450aecd2','{"purpose": "practice"}','112e6cced5dd4927880445314ef81bec2b1e405d3c44af12e0476713a1d8e89c');
INSERT INTO "audit" VALUES(8,'2026-03-02 08:30:00.000000','320b8e7704b6951488ec1735450aecd2','consent.give','person:320b8e7704b6951488ec1735450aecd2','{"purpose": "teacher_listens"}','871b20748a8cbe5247651decb9132605e291ab6c4c181e55bcd32d4f147e32e8');
INSERT INTO "audit" VALUES(9,'2026-03-02 08:30:00.000000','320b8e7704b6951488ec1735450aecd2','consent.give','person:320b8e7704b6951488ec1735450aecd2','{"purpose": "research_export"}','3b438c37e62ccc5de073bcbc5afcd5a550aaece917e42d530eaf6f8cc474abf8');
INSERT INTO "audit" VALUES(10,'2026-03-02 08:30:00.000000','320b8e7704b6951488ec1735450aecd2','consent.give','person:320b8e7704b6951488ec1735450aecd2','{"purpose": "speaker_check"}','f4d9f15529969ba79ce5837b566452bf9c85b29cd5304aab227088aa92a4b346');
INSERT INTO "audit" VALUES(11,'2026-03-02 08:30:00.000000','fdcae91b3802d1b487a3ae8c94f463d1','member.add','person:adf3927b93cf64e406cf23e775b7c6b1','{"class": "054121abab3325ad06fadf85052f4af0"}','d97515be2f55a56054c431f8b2fb26d2d3e0d1e1d01c39233ad41235711879d6');
INSERT INTO "audit" VALUES(12,'2026-03-02 08:30:00.000000','adf3927b93cf64e406cf23e775b7c6b1','consent.give','person:adf3927b93cf64e406cf23e775b7c6b1','{"purpose": "practice"}','1d56449c350ab88b898a04de297437c9bf9cd84ecec832f5331c79c732b68051');
INSERT INTO "audit" VALUES(13,'2026-03-02 08:30:00.000000','adf3927b93cf64e406cf23e775b7c6b1','consent.give','person:adf3927b93cf64e406cf23e775b7c6b1','{"purpose": "teacher_listens"}','a7a86fb767d9580097a26f9a893bcdc63983ae0b77779c39a44e8821e380d571');
INSERT INTO "audit" VALUES(14,'2026-03-02 08:30:00.000000','adf3927b93cf64e406cf23e775b7c6b1','consent.give','person:adf3927b93cf64e406cf23e775b7c6b1','{"purpose": "research_export"}','2cecb750c7bb65ce08ddf9c3c927d5dc83f26d614e61a11712509de88eccd033');
INSERT INTO "audit" VALUES(15,'2026-03-02 08:30:00.000000','adf3927b93cf64e406cf23e775b7c6b1','consent.give','person:adf3927b93cf64e406cf23e775b7c6b1','{"purpose": "speaker_check"}','df5f1442f0d80d0196bc47bd8e5f80ebe513d706b9e58f17f81a1c153788b771');
INSERT INTO "audit" VALUES(16,'2026-03-02 08:30:00.000000','fdcae91b3802d1b487a3ae8c94f463d1','assessment.overrule','assessment:c82264cc63b218c6d6274d328cd9e894','{"level": "word", "place": "0", "value": 95}','97410b81c4890bd1806498272dc2dd33c0dbc7b97fe55dec4400d328432ab41a');
INSERT INTO "audit" VALUES(17,'2026-03-02 08:30:00.000000','fdcae91b3802d1b487a3ae8c94f463d1','recording.listen','recording:f913d8e6585a3e38c1582ee84dbce474','{}','b765eccb213fa1ffb9679c88cfd50467b28f4044586918b24d2540ca1de4825b');
INSERT INTO "audit" VALUES(18,'2026-03-02 08:30:00.000000','fdcae91b3802d1b487a3ae8c94f463d1','submission.release','submission:48bb21ba39d6b230b0201f33b1d8260b','{}','3a4f53654c4112e2b069a47bb894013cc4dd57120166e589c5390be43f7ed296');
INSERT INTO "audit" VALUES(19,'2026-03-02 08:30:00.000000','operator','password.set','person:fdcae91b3802d1b487a3ae8c94f463d1','{}','b58eebfcff7e074bb64cd07603797612f53d836e6500714e71c6d8664f357555');
INSERT INTO "audit" VALUES(20,'2026-03-02 08:30:00.000000','operator','password.set','person:320b8e7704b6951488ec1735450aecd2','{}','55037f2e85d4d0ffe36565d7b18eb4c862c858a925e4359e42868262beb2ef3f');
INSERT INTO "audit" VALUES(21,'2026-03-02 08:30:00.000000','fdcae91b3802d1b487a3ae8c94f463d1','link.make','person:320b8e7704b6951488ec1735450aecd2','{}','dcff54e56ee17e59ef45afadae162fb1667f5f4aab06b3288111a914ea9a4e69');
INSERT INTO "audit" VALUES(22,'2026-03-02 08:30:00.000000','fdcae91b3802d1b487a3ae8c94f463d1','checkin.dismiss','person:320b8e7704b6951488ec1735450aecd2','{"class": "054121abab3325ad06fadf85052f4af0", "reason": "stopped"}','68483414f7333b639041b7c714125aeccde987f51b1dd8219a154889a054f80d');
INSERT INTO "audit" VALUES(23,'2026-03-02 08:30:00.000000','7a57c6ea31a20508e26acdf3e44ec3a8','platform.register','platform:2a5726676ee1a0f4cc223b9201c83452','{}','19c7c7369ca6b4a4053d4e6736d1723aa223842989368acf75e5d8cb1b026419');
INSERT INTO "audit" VALUES(24,'2026-03-02 08:30:00.000000','320b8e7704b6951488ec1735450aecd2','account.link','person:320b8e7704b6951488ec1735450aecd2','{}','059ce924c0eb9331df7277bb82a271744cb9ce0eed897aacfbf12cc05846055e');
INSERT INTO "audit" VALUES(25,'2026-03-02 08:30:00.000000','320b8e7704b6951488ec1735450aecd2','platform.sign_in','person:320b8e7704b6951488ec1735450aecd2','{}','42621a61bec49d45ff49f65511d7a469f4a64a89bb47ef89514ef8b49b73b944');
CREATE TABLE classes (
	id VARCHAR(32) NOT NULL, 
	school_id VARCHAR(32), 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	CONSTRAINT pk_classes PRIMARY KEY (id), 
	CONSTRAINT fk_classes_school_id FOREIGN KEY(school_id) REFERENCES schools (id)
);
INSERT INTO "classes" VALUES('054121abab3325ad06fadf85052f4af0',NULL,'9A','2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "consents" VALUES('3be31683b513a547ac079debde9b9698','320b8e7704b6951488ec1735450aecd2','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'320b8e7704b6951488ec1735450aecd2','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('45a4d84a39b4fc003a1af6a990fe1948','320b8e7704b6951488ec1735450aecd2','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'320b8e7704b6951488ec1735450aecd2','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('6536b0190c35908d2f020b32abeeb89f','adf3927b93cf64e406cf23e775b7c6b1','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'adf3927b93cf64e406cf23e775b7c6b1','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('7d2670978ac658a431581edf07b17dc6','adf3927b93cf64e406cf23e775b7c6b1','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'adf3927b93cf64e406cf23e775b7c6b1','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('83f2d306de727add9a38773e91cf7cd4','adf3927b93cf64e406cf23e775b7c6b1','speaker_check','629589dc11d66df3373303016770e996',1,0,'adf3927b93cf64e406cf23e775b7c6b1','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('995bed373b7f3ebab31563997af410de','adf3927b93cf64e406cf23e775b7c6b1','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'adf3927b93cf64e406cf23e775b7c6b1','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('e88c5fa4d0def21ed9d47fc30e6dd870','320b8e7704b6951488ec1735450aecd2','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'320b8e7704b6951488ec1735450aecd2','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('e9dd718e967bb8fc40f14319bf156ded','320b8e7704b6951488ec1735450aecd2','speaker_check','629589dc11d66df3373303016770e996',1,0,'320b8e7704b6951488ec1735450aecd2','2026-03-02 08:30:00.000000',NULL);
CREATE TABLE credentials (
	person_id VARCHAR(32) NOT NULL, 
	login_mac VARCHAR(64) NOT NULL, 
	password_hash TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_credentials PRIMARY KEY (person_id), 
	CONSTRAINT fk_credentials_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT uq_credentials_login_mac UNIQUE (login_mac)
);
INSERT INTO "credentials" VALUES('320b8e7704b6951488ec1735450aecd2','21cd0c3fbc16e92eb5b2d4b145f47ee59ad031d8adffe1b6e558a8a9c8acdcc2','$argon2id$v=19$m=65536,t=3,p=4$E64P7haw9nt3goo7eTHArA$o8LARpx918GvmAus/Fxl5DGkriafpyswatIKsdSQL9U','2026-03-02 08:30:00.000000');
INSERT INTO "credentials" VALUES('fdcae91b3802d1b487a3ae8c94f463d1','ba00fb85e42d16ebe99142f068577604a1a8d03ddc9989fd412dee425fef486d','$argon2id$v=19$m=65536,t=3,p=4$r2rfSRFZ2N8pCXwAtgxrNA$eMBVlhuxZGANmU+kSc3W69ghu/QxPDsQ9Mn5tezsIDc','2026-03-02 08:30:00.000000');
CREATE TABLE facts (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_facts PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('audit_end','25 1f42fec33b7aeb0e06c67fb40bcce754eb278ccfee139200a5de983c13e2f79d');
CREATE TABLE groups (
	id VARCHAR(32) NOT NULL, 
	class_id VARCHAR(32) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	CONSTRAINT pk_groups PRIMARY KEY (id), 
	CONSTRAINT fk_groups_class_id FOREIGN KEY(class_id) REFERENCES classes (id), 
	CONSTRAINT uq_groups_class_id_id UNIQUE (class_id, id), 
	CONSTRAINT uq_groups_class_id_name UNIQUE (class_id, name)
);
INSERT INTO "groups" VALUES('5d1eecb4e6b69136136e3f33ab089949','054121abab3325ad06fadf85052f4af0','Red');
CREATE TABLE identities (
	person_id VARCHAR(32) NOT NULL, 
	name BLOB, 
	email BLOB, 
	guardian BLOB, 
	login BLOB, 
	CONSTRAINT pk_identities PRIMARY KEY (person_id), 
	CONSTRAINT fk_identities_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "identities" VALUES('0aa4fa36e42408543fed183b1a661093',X'E75BAC3595DDEAE72A021634DF26BC993A0EC7A20DFB7D01F5CFE75EA9BFF8139D',X'E8DEF3B51A39C68A056E7943E23255A3A5A1A5CA3B15295F83C7A683B85DBA560C7509CFB0DA695D65C9200C17',NULL,NULL);
INSERT INTO "identities" VALUES('320b8e7704b6951488ec1735450aecd2',X'61C2634EAC5733A4AFB88ACDD5C850F2E3A730BCB5BEB5F68D6CA6B77ED878',X'BC68C86DCC61308A0821DD1ECB2B1A647069FFA1B63A61C1E5C33BC8A71969AB8CE4205A84E1A54A756E3D',NULL,X'D8ECEEAF7D4C44FA4A832D0EE272D20A1924ACC781331383D97C9071CD2BCC');
INSERT INTO "identities" VALUES('7a57c6ea31a20508e26acdf3e44ec3a8',X'340B3DCB81A1DFFFA3ED41F3C260E0D46B22DD96662AAC5B5A9B39686A2895ED',X'B7DAB02DF4E201957A36E665225258D487A7944B92B55E1BA85A70428E1D7ED1306ED1A97837839081213FE2',NULL,NULL);
INSERT INTO "identities" VALUES('adf3927b93cf64e406cf23e775b7c6b1',X'5725F3E19F5C4C221AD3FFBC11B9BB727475EE04A79C08F9E3F6E03ABA427A5A',X'CBC166F064C908E8426BA9C62E254467BD0E0B5C9D7DDBA445A96FBD58A5A0C89669937A68375C0631EA64C6',NULL,NULL);
INSERT INTO "identities" VALUES('fdcae91b3802d1b487a3ae8c94f463d1',X'DDD5D4DEB585AAA8332F7B4E408044F6711DA1C9B9662E4F9CABFD9561E2FBB8',X'588A117C32EA9A2B85C348055DF793937B5948D6986246D6A93E0BEF943E70584BD0003573C6E0A435B26599',NULL,X'9AD1305322C64857ECAA5FDFFE950D8A1E690501E5ADD6B3BE485B0E481A254F');
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
INSERT INTO "invitations" VALUES('35fc74a61ec599d3993e3b25772a6401','join_code','5551c68ab92e19ad03aa1ada97ce79b09d48642e33ad9ea4875bba4dbc0bac1f','054121abab3325ad06fadf85052f4af0',NULL,'fdcae91b3802d1b487a3ae8c94f463d1',60,'2026-03-02 08:30:00.000000','2026-03-16 08:30:00.000000',NULL);
INSERT INTO "invitations" VALUES('38483aa281a23f52a47fd7b0b90a10c1','magic_link','66d8d3cc0a1fe8f4171f4a80f88c6da8b160fb6bf97621a9517966807bb53c2e',NULL,'320b8e7704b6951488ec1735450aecd2','fdcae91b3802d1b487a3ae8c94f463d1',1,'2026-03-02 08:30:00.000000','2026-03-04 08:30:00.000000',NULL);
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
INSERT INTO "marks" VALUES('c82264cc63b218c6d6274d328cd9e894',1,'word','0',70.0,95.0,X'94C51C9A3FCDF8B1E1058302CB5CAAE82F02B3C70A624D5F338E8EE831121893D02D','fdcae91b3802d1b487a3ae8c94f463d1','2026-03-02 08:30:00.000000');
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
INSERT INTO "memberships" VALUES('054121abab3325ad06fadf85052f4af0','320b8e7704b6951488ec1735450aecd2','learner','5d1eecb4e6b69136136e3f33ab089949','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('054121abab3325ad06fadf85052f4af0','adf3927b93cf64e406cf23e775b7c6b1','learner',NULL,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('054121abab3325ad06fadf85052f4af0','fdcae91b3802d1b487a3ae8c94f463d1','teacher',NULL,'2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "people" VALUES('0aa4fa36e42408543fed183b1a661093',NULL,'teacher','Mighty Sparrow 35','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('320b8e7704b6951488ec1735450aecd2',NULL,'learner','Warm Orca 24','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('7a57c6ea31a20508e26acdf3e44ec3a8',NULL,'admin','Humble Orca 15','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('adf3927b93cf64e406cf23e775b7c6b1',NULL,'learner','Clever Wren 01','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('fdcae91b3802d1b487a3ae8c94f463d1',NULL,'teacher','Humble Hare 54','en',0,0,'2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "recordings" VALUES('f913d8e6585a3e38c1582ee84dbce474','320b8e7704b6951488ec1735450aecd2','48bb21ba39d6b230b0201f33b1d8260b','9490d74218fd9e922b1c98d03ce437d4','take','3a422f9aa2a166a2e31ef935b77cfdd97bf0531239424da414e49342dfd43a93','79a2fa8b5c0cc2b30b01bce538baf0671191b694dba1788e19cc40048b399065','3155e1eb54d0dd00','audio/webm',7,2.5,'2026-03-02 08:30:00.000000','2026-04-01 08:30:00.000000',NULL);
CREATE TABLE schools (
	id VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_schools PRIMARY KEY (id)
);
INSERT INTO "schools" VALUES('b407b41d2e7938e8f70f24bb0abbe0f4','SMP 1','2026-03-02 08:30:00.000000');
CREATE TABLE sessions (
	id_hash VARCHAR(64) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	CONSTRAINT pk_sessions PRIMARY KEY (id_hash), 
	CONSTRAINT fk_sessions_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "sessions" VALUES('bdb9c79add49fbb8b4051ef6ae173ff5cb48871e25a4fd9e1ff20e50f9dda0e9','fdcae91b3802d1b487a3ae8c94f463d1','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
INSERT INTO "sessions" VALUES('ee01da47afb8edeaa60c3fb3f154cc3a4681f570bd7ddfefef518402277d6d0a','320b8e7704b6951488ec1735450aecd2','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
INSERT INTO "sessions" VALUES('fed41bb066ba279540c338f6bed6f84c7c529ed7bc7feae31762c5d71f66ab41','320b8e7704b6951488ec1735450aecd2','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
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
INSERT INTO "submissions" VALUES('48bb21ba39d6b230b0201f33b1d8260b','6190c1eb753229ea2040bef385010b9c','320b8e7704b6951488ec1735450aecd2',1,'released','attempt','2026-03-02 08:30:00.000000','2026-03-02 08:30:00.000000','2026-03-02 08:30:00.000000');
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
