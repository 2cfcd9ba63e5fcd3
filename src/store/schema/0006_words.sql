-- The bare words: today, as known now.
create view asset as select * from asset_history where valid_to = 9007199254740991;
create view finding as select * from finding_history where valid_to = 9007199254740991;
create view vulnerability as select * from vulnerability_history where valid_to = 9007199254740991;
create view software as select * from software_history where valid_to = 9007199254740991 and retracted_in = 9007199254740991;
create view control as select * from control_history where valid_to = 9007199254740991 and retracted_in = 9007199254740991;
create view control_result as select * from control_result_history where valid_to = 9007199254740991 and retracted_in = 9007199254740991;
