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
INSERT INTO "assessments" VALUES('75522503499803a2940cf1a5b1b8f4c6','26f5de17bc5277538b67fb5842e53666','test',X'2C7CF8FC71D416AE8312ED2590990DED3F395D6B3F968FBF7CE8069B427D27647F6CFAD249CBED2FA800F6C5F63E4296F84803104792A300B6BA200D7CF4298DC5DA50E2EE7547DC514F63F2CFE9045E080315118053CBA0822660015763E5AD962A5329EDBA3585B9F12DAD9025C3F8CA1CBE0FE643CE6EA24674F885F2EA452960C7DA1AF86A72427AC3CA816D13DBF11A8A27D8BF0DD687697170DF08B781A2FB41E2DA5B4F92BF1654E454A853DDE4DB96ACC3A64FCEDB8E91A71CCCBE0FB0465672928FA40BBE2D3FE36284F35F452D5495F01894691E02C2EC8F4CCF1C30384913E42D2C7F4922F6CC1D7A18FBFB50E8ADC8784AE76189FC8091092B5ED2F1BE94FEB86CDAD74196D2217DD774DD303A831F5CB251C5C639F7AEDFCE29372D72EC7307D6A7C8239F967DEEE942E7F718280E2465A20DB8CADE7638CA0B67C6DD0DC9E1A502BF99A60F690D593E7AFE0FE158828E70DC619DBE5AB303DDFA3F5B444031A8F0EF353A63CFB1FE62D4DD423F5DA4BD5A2AA9BD8383F0B0EDC15ADBB15EE228D4A0D9390D77A1E4C296B587CC6AAA569F2F2C783F4C87EDACCBF495CFE167C71FB36A9970F50333D87A14F68F4F7CF3EB590E442BFDF34D5DECA6BE5BAFD12A9483A86FDEAFB215DEF9E69A663CEC489A5BE854B675D4D9D8594B7A13E18251A1D6C7C109D5C4E758D70A5A9DA2964D90E2CF055E70342E91C58F4747547F37EA8ECACBF9E5E94322DE6662EC5C1071C38E97E764BA962823E00F8535E81DB2B7032732F11B58EC623A256E2278C6EFAAEAFA423B8CE32BF5','{"accuracy": 87.5, "completeness": 66.66666666666667, "fluency": null, "overall": 58.33333333333334, "prosody": 100.0, "sounds": {"T": [300.0, 4]}, "words": {"eats": [80.0, 1], "she": [95.0, 1]}}','2026-03-02 08:30:00.000000');
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
INSERT INTO "assignment_items" VALUES('d0dc4718f2d079aad4eca17332cd2ad8','24613407c1d36f324874110cbf8d5a6d',0,NULL,'She eats fish.',NULL);
INSERT INTO "assignment_items" VALUES('e64bbff02d7f15c0d65bc21586b66e6c','24613407c1d36f324874110cbf8d5a6d',1,NULL,'Very good.',NULL);
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
INSERT INTO "assignments" VALUES('24613407c1d36f324874110cbf8d5a6d','90273e8aed3e2511a8c90357934d7e01','Fish','sentences','standard',2,NULL,NULL,'UTC','["overall"]','{"criteria": {}, "instructions": "", "weights": {}}','e41f37be8d567d0ce0ec3abdbda73294','2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "audit" VALUES(1,'2026-03-02 08:30:00.000000','operator','person.create','person:b4b300332a19efe57c87cb02439107fe','{}','9d83128b0cdd95a792ad3dbffd135115f1f8b7c934b6cbe43c453df385f7cbfa');
INSERT INTO "audit" VALUES(2,'2026-03-02 08:30:00.000000','operator','person.create','person:e41f37be8d567d0ce0ec3abdbda73294','{}','e463e526e61f211e85b8587ae803061e692c6ed74f0e63b597fbe2e494df1426');
INSERT INTO "audit" VALUES(3,'2026-03-02 08:30:00.000000','operator','person.create','person:6184a8ca6a8d58184e7e4fbfcb276df7','{}','0b7d4c63124680a51881051775c671b6596030ac8829d43b6dba71641f6bc7b1');
INSERT INTO "audit" VALUES(4,'2026-03-02 08:30:00.000000','operator','person.create','person:31d61b61844c0769570b7026898b3871','{}','af88d5b55b0840085cde90368ff6820e17047dbd6c8df59c1e9d2dc13f80dff4');
INSERT INTO "audit" VALUES(5,'2026-03-02 08:30:00.000000','operator','person.create','person:1f8bcd8cdc824b190c0738c283948301','{}','77d788e05a6b1e444b44ebd77e7628564ad2a7ca1653dd055f71b671a53f18fa');
INSERT INTO "audit" VALUES(6,'2026-03-02 08:30:00.000000','e41f37be8d567d0ce0ec3abdbda73294','member.add','person:31d61b61844c0769570b7026898b3871','{"class": "90273e8aed3e2511a8c90357934d7e01"}','a84394b94e548ec87a17922f0a7d342227e4d58dbf0299e5512ae6283cf692fa');
INSERT INTO "audit" VALUES(7,'2026-03-02 08:30:00.000000','31d61b61844c0769570b7026898b3871','consent.give','person:31d61b61844c0769570b7026898b3871','{"purpose": "practice"}','f2539f1645f41cb9044ca85fc09b376f59fe5c2a97a80d66a53d3b281e46b5b7');
INSERT INTO "audit" VALUES(8,'2026-03-02 08:30:00.000000','31d61b61844c0769570b7026898b3871','consent.give','person:31d61b61844c0769570b7026898b3871','{"purpose": "teacher_listens"}','890f1daabcabdd53e5e09baee689e7f3c18962eabe3c5e9aa9ea9adab9136a0f');
INSERT INTO "audit" VALUES(9,'2026-03-02 08:30:00.000000','31d61b61844c0769570b7026898b3871','consent.give','person:31d61b61844c0769570b7026898b3871','{"purpose": "research_export"}','4e66b80b9c3d1cdc1a3e3b7de6076e48d8526f941e26e4a360e1dacc7d77ac72');
INSERT INTO "audit" VALUES(10,'2026-03-02 08:30:00.000000','31d61b61844c0769570b7026898b3871','consent.give','person:31d61b61844c0769570b7026898b3871','{"purpose": "speaker_check"}','db3f86c148957c76013d5cd41c20a65fa5a72b86fdfaf287b174bd9f32fe9b34');
INSERT INTO "audit" VALUES(11,'2026-03-02 08:30:00.000000','e41f37be8d567d0ce0ec3abdbda73294','member.add','person:1f8bcd8cdc824b190c0738c283948301','{"class": "90273e8aed3e2511a8c90357934d7e01"}','eb052a390e9f71c96ba74479ed67547c675ac15e0f24096fbec04b92eb31814a');
INSERT INTO "audit" VALUES(12,'2026-03-02 08:30:00.000000','1f8bcd8cdc824b190c0738c283948301','consent.give','person:1f8bcd8cdc824b190c0738c283948301','{"purpose": "practice"}','05212be32742b8b311d618c03f416f48f100c95603535c467db202265ede2714');
INSERT INTO "audit" VALUES(13,'2026-03-02 08:30:00.000000','1f8bcd8cdc824b190c0738c283948301','consent.give','person:1f8bcd8cdc824b190c0738c283948301','{"purpose": "teacher_listens"}','32ec133133edc7a0c96c81ce0d8a4324bdc5bb9e7d210cf59004a9ce2cce3496');
INSERT INTO "audit" VALUES(14,'2026-03-02 08:30:00.000000','1f8bcd8cdc824b190c0738c283948301','consent.give','person:1f8bcd8cdc824b190c0738c283948301','{"purpose": "research_export"}','58cb82943210bc9d802afccc4abf4377ec44369ec96ebff03d98d847a4a68369');
INSERT INTO "audit" VALUES(15,'2026-03-02 08:30:00.000000','1f8bcd8cdc824b190c0738c283948301','consent.give','person:1f8bcd8cdc824b190c0738c283948301','{"purpose": "speaker_check"}','539bc6d2a0233e8c4e6a8e559a8df63f43a5d97ebac8fb62ec2d2f3c1ceb3a8e');
INSERT INTO "audit" VALUES(16,'2026-03-02 08:30:00.000000','e41f37be8d567d0ce0ec3abdbda73294','assessment.overrule','assessment:75522503499803a2940cf1a5b1b8f4c6','{"level": "word", "place": "0", "value": 95}','8a57b7b59e262c63c5f8d5542b47e0539fd9e348861e1c4928b63669cab6947f');
INSERT INTO "audit" VALUES(17,'2026-03-02 08:30:00.000000','e41f37be8d567d0ce0ec3abdbda73294','recording.listen','recording:26f5de17bc5277538b67fb5842e53666','{}','ee26f401cd1fb7a94fe2efaf2ec9f9baf7c23b5091162c1633efaf4e1665e335');
INSERT INTO "audit" VALUES(18,'2026-03-02 08:30:00.000000','e41f37be8d567d0ce0ec3abdbda73294','submission.release','submission:42bf1805aed73907e833c69e19d593d9','{}','4e1bcb7ca50ef117b73a71bee8615f59e777e3c8180efba6b2d583fb7d6c0cc3');
INSERT INTO "audit" VALUES(19,'2026-03-02 08:30:00.000000','operator','password.set','person:e41f37be8d567d0ce0ec3abdbda73294','{}','4b4d283c5c7f627e9dbe40a683e16f288bd791574dd07502c3162b8c82dd7e19');
INSERT INTO "audit" VALUES(20,'2026-03-02 08:30:00.000000','operator','password.set','person:31d61b61844c0769570b7026898b3871','{}','1465bc637fbec421bc0d85e704738b4f80e2821242caece1af8e32d8a509f3db');
INSERT INTO "audit" VALUES(21,'2026-03-02 08:30:00.000000','e41f37be8d567d0ce0ec3abdbda73294','link.make','person:31d61b61844c0769570b7026898b3871','{}','190f6585f4c4fbc46135cd95b073a41a049e9e948bd1daf9695f80194241cdba');
INSERT INTO "audit" VALUES(22,'2026-03-02 08:30:00.000000','e41f37be8d567d0ce0ec3abdbda73294','checkin.dismiss','person:31d61b61844c0769570b7026898b3871','{"class": "90273e8aed3e2511a8c90357934d7e01", "reason": "stopped"}','195bb179eced715d9a7edafc4230b2cad8a8708320241d658e12242d73ff94a8');
INSERT INTO "audit" VALUES(23,'2026-03-02 08:30:00.000000','b4b300332a19efe57c87cb02439107fe','platform.register','platform:7b8d5db88f136eb472c4e90fd8e9e1b4','{}','3c1d0939f26c3c216fd2da39e48e68a7d5897efaf02bca8741f6c1dc45616bcb');
INSERT INTO "audit" VALUES(24,'2026-03-02 08:30:00.000000','31d61b61844c0769570b7026898b3871','account.link','person:31d61b61844c0769570b7026898b3871','{}','fb3466616ff537191871a42e5523c66fce873aaa42899e839a60c9974387f8d9');
INSERT INTO "audit" VALUES(25,'2026-03-02 08:30:00.000000','31d61b61844c0769570b7026898b3871','platform.sign_in','person:31d61b61844c0769570b7026898b3871','{}','356f8643f1bf9131abb151b946f0806077c97b84679da75acb2f38cd9e99f7dc');
CREATE TABLE classes (
	id VARCHAR(32) NOT NULL, 
	school_id VARCHAR(32), 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	CONSTRAINT pk_classes PRIMARY KEY (id), 
	CONSTRAINT fk_classes_school_id FOREIGN KEY(school_id) REFERENCES schools (id)
);
INSERT INTO "classes" VALUES('90273e8aed3e2511a8c90357934d7e01',NULL,'9A','2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "consents" VALUES('2b2da9d2d15b03444822f13318047b16','31d61b61844c0769570b7026898b3871','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'31d61b61844c0769570b7026898b3871','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('3c8957275542cd1a440ad1daf22ae2a9','1f8bcd8cdc824b190c0738c283948301','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'1f8bcd8cdc824b190c0738c283948301','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('40f3150fc856bde18d922c61dfba2eb3','1f8bcd8cdc824b190c0738c283948301','speaker_check','629589dc11d66df3373303016770e996',1,0,'1f8bcd8cdc824b190c0738c283948301','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('6561f69eeb9e5d709b230766a51f091b','1f8bcd8cdc824b190c0738c283948301','research_export','dbef7a9c79862211efd951982cfcd1ab',1,0,'1f8bcd8cdc824b190c0738c283948301','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('8bb01d1667ae7318670d91b5812a612d','31d61b61844c0769570b7026898b3871','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'31d61b61844c0769570b7026898b3871','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('b8debbec2e29c91009e30085359e5e8e','31d61b61844c0769570b7026898b3871','speaker_check','629589dc11d66df3373303016770e996',1,0,'31d61b61844c0769570b7026898b3871','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('d45edcc051fc2c1b7c0c89a0f5ef0eb3','31d61b61844c0769570b7026898b3871','practice','bd6fded5038f0d2e994143cafe3214bc',1,0,'31d61b61844c0769570b7026898b3871','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "consents" VALUES('e62dc320ed9643e0d96260b6df074ca9','1f8bcd8cdc824b190c0738c283948301','teacher_listens','e81a960578c85ff7f326c3c04718ecf3',1,0,'1f8bcd8cdc824b190c0738c283948301','2026-03-02 08:30:00.000000',NULL);
CREATE TABLE credentials (
	person_id VARCHAR(32) NOT NULL, 
	login_mac VARCHAR(64) NOT NULL, 
	password_hash TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_credentials PRIMARY KEY (person_id), 
	CONSTRAINT fk_credentials_person_id FOREIGN KEY(person_id) REFERENCES people (id), 
	CONSTRAINT uq_credentials_login_mac UNIQUE (login_mac)
);
INSERT INTO "credentials" VALUES('31d61b61844c0769570b7026898b3871','38cfa4c387ca5162c155abff8444d8f230f3c2b4fc0d9901aeadd468b19978a4','$argon2id$v=19$m=65536,t=3,p=4$71K2hwwuyzSsRhHhfdIDUg$4JCAfa2Ontf+4w8+zihhJTeAWV6E2KiH0XaehtfU7oE','2026-03-02 08:30:00.000000');
INSERT INTO "credentials" VALUES('e41f37be8d567d0ce0ec3abdbda73294','daacf3f061eb57391dfb5b29ed67bcf60ed8c2fed99367905acd73b13ac20d06','$argon2id$v=19$m=65536,t=3,p=4$kBs7tSwKLDzPdd5zqMkFxg$687wFx7dkEGsnaOPrH1/aYMbYcMAidcbhtuZ8CnyEbs','2026-03-02 08:30:00.000000');
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
INSERT INTO "dismissals" VALUES('90273e8aed3e2511a8c90357934d7e01','31d61b61844c0769570b7026898b3871','stopped','e41f37be8d567d0ce0ec3abdbda73294','2026-03-02 08:30:00.000000');
CREATE TABLE facts (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_facts PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('audit_end','25 33296c70b3e977e0ef3c95432725d615d4699dfc3893e3466a75db3d54403552');
CREATE TABLE groups (
	id VARCHAR(32) NOT NULL, 
	class_id VARCHAR(32) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	CONSTRAINT pk_groups PRIMARY KEY (id), 
	CONSTRAINT fk_groups_class_id FOREIGN KEY(class_id) REFERENCES classes (id), 
	CONSTRAINT uq_groups_class_id_id UNIQUE (class_id, id), 
	CONSTRAINT uq_groups_class_id_name UNIQUE (class_id, name)
);
INSERT INTO "groups" VALUES('765ba6bb09c32be0525986cd023f8b7a','90273e8aed3e2511a8c90357934d7e01','Red');
CREATE TABLE identities (
	person_id VARCHAR(32) NOT NULL, 
	name BLOB, 
	email BLOB, 
	guardian BLOB, 
	login BLOB, 
	CONSTRAINT pk_identities PRIMARY KEY (person_id), 
	CONSTRAINT fk_identities_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "identities" VALUES('1f8bcd8cdc824b190c0738c283948301',X'8F4EB11BFBF18E9936168ACE32BEB7A9E644D48EBE4C8F94B75B4EAFD256A8E2',X'23CD05719A2BA8B2A35FBAD8177B4D528CDD7E3CB4187BCF5CECA020BCE732B5CAC63FDF5A6D82B0E5EDD9A4',NULL,NULL);
INSERT INTO "identities" VALUES('31d61b61844c0769570b7026898b3871',X'A8E5B821B02E4D0D11EE44ECDDA8935D6BD4E3B26D4799E8E12BECF0426705',X'E78ADB34D73F5C0D6C8E81E0ADFECF56D4D4576D7485CB9AE7DDAE82BB41F3B6CC4D52E75E9A14BE2EFD62',NULL,X'6E32666238B16B2507DBFBE6D03DD19B608555CD6BD00E2E7DD5B6AE17A50D');
INSERT INTO "identities" VALUES('6184a8ca6a8d58184e7e4fbfcb276df7',X'CD7A0656457EE87B27FF76E95CDB5D4A6C86DFAC07189E7D52CE8E384B6BA16304',X'FD0BD2F010757537267520ECF538A19A0857A50D3B924448BF4DC715374ABC46F95B1A7CD26699336F66AC71BC',NULL,NULL);
INSERT INTO "identities" VALUES('b4b300332a19efe57c87cb02439107fe',X'7258AFC15E772481539B24F0B42CDAD87470FB8669720660F1F03D85A1A24B9E',X'C988F6F7C2F848DB99F8BE407A975F0FA4CE32EADFFF7516ADD01E3E410295CB48B4FB6F9C3645B925CCF43F',NULL,NULL);
INSERT INTO "identities" VALUES('e41f37be8d567d0ce0ec3abdbda73294',X'6EB9E4D7F15501F04D91066F508273D49BA5990B3B91D7D70247CE778BCF4C7D',X'CCA23A10C0089D2C38EB38A6ED293181E14060D5D426961E181056F8D3535CE24414DACA3E65E15ABEDF4BC3',NULL,X'FA4648CD7C9478905ACBDA9F9792F544AD55CF942B09BA0D1F7622EBEB8AF825');
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
INSERT INTO "invitations" VALUES('8c5f200cb766606eb9b3dfd2314c0f05','magic_link','f754980a298b63046ce375732c0fadc732b5566773706df0032cbf366e31f3f3',NULL,'31d61b61844c0769570b7026898b3871','e41f37be8d567d0ce0ec3abdbda73294',1,'2026-03-02 08:30:00.000000','2026-03-04 08:30:00.000000',NULL);
INSERT INTO "invitations" VALUES('96d6a9d9d96ae505750372bf1df1d443','join_code','ffd14964940fca47a4dc357710362bf3b5344af4cd2cf00cec945d52b9664f3e','90273e8aed3e2511a8c90357934d7e01',NULL,'e41f37be8d567d0ce0ec3abdbda73294',60,'2026-03-02 08:30:00.000000','2026-03-16 08:30:00.000000',NULL);
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
INSERT INTO "marks" VALUES('75522503499803a2940cf1a5b1b8f4c6',1,'word','0',70.0,95.0,X'26C50E72743FD5D07FCB9310718983DBAF93AC0E0C19ED19CF6D3A1647F094D5925F','e41f37be8d567d0ce0ec3abdbda73294','2026-03-02 08:30:00.000000');
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
INSERT INTO "memberships" VALUES('90273e8aed3e2511a8c90357934d7e01','1f8bcd8cdc824b190c0738c283948301','learner',NULL,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('90273e8aed3e2511a8c90357934d7e01','31d61b61844c0769570b7026898b3871','learner','765ba6bb09c32be0525986cd023f8b7a','2026-03-02 08:30:00.000000',NULL);
INSERT INTO "memberships" VALUES('90273e8aed3e2511a8c90357934d7e01','e41f37be8d567d0ce0ec3abdbda73294','teacher',NULL,'2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "outside_accounts" VALUES('16ff49f004afbb61f2530e2c930c3249528a752e1e31c52e5282b3d95340f744','31d61b61844c0769570b7026898b3871','7b8d5db88f136eb472c4e90fd8e9e1b4',X'B07C7E2B2822776A0F720086FDE6E88A6217971FAE71C28B1B87F7F2007ED92B8BCD9FA84CA34721BB8371CE16B9967BA8','2026-03-02 08:30:00.000000');
CREATE TABLE outside_columns (
	course_id VARCHAR(32) NOT NULL, 
	assignment_id VARCHAR(32) NOT NULL, 
	url TEXT NOT NULL, 
	CONSTRAINT pk_outside_columns PRIMARY KEY (course_id, assignment_id), 
	CONSTRAINT fk_outside_columns_course_id FOREIGN KEY(course_id) REFERENCES outside_courses (id), 
	CONSTRAINT fk_outside_columns_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id)
);
INSERT INTO "outside_columns" VALUES('cccccccccccccccccccccccccccccccc','24613407c1d36f324874110cbf8d5a6d','https://moodle.example/columns/1');
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
INSERT INTO "outside_courses" VALUES('cccccccccccccccccccccccccccccccc','7b8d5db88f136eb472c4e90fd8e9e1b4','7','course','90273e8aed3e2511a8c90357934d7e01','https://moodle.example/columns',NULL,'2026-03-02 08:30:00.000000');
CREATE TABLE outside_resources (
	course_id VARCHAR(32) NOT NULL, 
	resource_id VARCHAR(255) NOT NULL, 
	assignment_id VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_outside_resources PRIMARY KEY (course_id, resource_id), 
	CONSTRAINT fk_outside_resources_course_id FOREIGN KEY(course_id) REFERENCES outside_courses (id), 
	CONSTRAINT fk_outside_resources_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id)
);
INSERT INTO "outside_resources" VALUES('cccccccccccccccccccccccccccccccc','3','24613407c1d36f324874110cbf8d5a6d');
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
INSERT INTO "outside_scores" VALUES('cccccccccccccccccccccccccccccccc','24613407c1d36f324874110cbf8d5a6d','31d61b61844c0769570b7026898b3871','2026-03-02 08:30:00.000000',2.91666666666666749571e+01,0,NULL,'2026-03-02 08:30:00.000000',NULL);
CREATE TABLE outside_spent (
	state_mac VARCHAR(64) NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_outside_spent PRIMARY KEY (state_mac)
);
INSERT INTO "outside_spent" VALUES('b827dd12b1b4b3139e329a4abff82b0041c19ced2eeb150b28e20bc533e7bb11','2026-03-02 08:35:00.000000');
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
INSERT INTO "people" VALUES('1f8bcd8cdc824b190c0738c283948301',NULL,'learner','Quick Ibis 34','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('31d61b61844c0769570b7026898b3871',NULL,'learner','Misty Stork 46','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('6184a8ca6a8d58184e7e4fbfcb276df7',NULL,'teacher','Lively Falcon 06','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('b4b300332a19efe57c87cb02439107fe',NULL,'admin','Golden Hare 13','en',0,0,'2026-03-02 08:30:00.000000',NULL);
INSERT INTO "people" VALUES('e41f37be8d567d0ce0ec3abdbda73294',NULL,'teacher','Tidy Deer 25','en',0,0,'2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "platforms" VALUES('7b8d5db88f136eb472c4e90fd8e9e1b4','Moodle','https://moodle.example','lafal','["7"]','https://moodle.example/auth','https://moodle.example/token','https://moodle.example/keys',1,'b4b300332a19efe57c87cb02439107fe','2026-03-02 08:30:00.000000',NULL);
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
INSERT INTO "recordings" VALUES('26f5de17bc5277538b67fb5842e53666','31d61b61844c0769570b7026898b3871','42bf1805aed73907e833c69e19d593d9','d0dc4718f2d079aad4eca17332cd2ad8','take','96e1ab4be8f9368c844ae9ee6ababf5529e1c5494dcec9cb91b2d0cdf4d62ccc','534716eef548d56473218ed819c86595ac468be91918fa8c9771416bd667dc31','c9b8438a095bec73','audio/webm',7,2.5,'2026-03-02 08:30:00.000000','2026-04-01 08:30:00.000000',NULL);
CREATE TABLE schools (
	id VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_schools PRIMARY KEY (id)
);
INSERT INTO "schools" VALUES('0e380d4e756802658cd128f53ff78905','SMP 1','2026-03-02 08:30:00.000000');
CREATE TABLE sessions (
	id_hash VARCHAR(64) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	CONSTRAINT pk_sessions PRIMARY KEY (id_hash), 
	CONSTRAINT fk_sessions_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "sessions" VALUES('07f58f1a173a16460d1cdb2e504ce05fb7a3a70108816806b433f095f23fecd6','31d61b61844c0769570b7026898b3871','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
INSERT INTO "sessions" VALUES('4facf330730e584075760aa4a1b65aee79e2c47fc9b6b18b6c25f5da6778c9d0','31d61b61844c0769570b7026898b3871','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
INSERT INTO "sessions" VALUES('f9aae207557cacd53ea9064da186db9d27918a24083d945755123826c4da3c16','e41f37be8d567d0ce0ec3abdbda73294','2026-03-02 08:30:00.000000','2026-03-02 20:30:00.000000',NULL);
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
INSERT INTO "submissions" VALUES('42bf1805aed73907e833c69e19d593d9','24613407c1d36f324874110cbf8d5a6d','31d61b61844c0769570b7026898b3871',1,'released','attempt','2026-03-02 08:30:00.000000','2026-03-02 08:30:00.000000','2026-03-02 08:30:00.000000');
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
