-- Grain: _raw_file, _raw_row; of accepted rows user_id.
-- One raw row of salesforce/user, with its row status.
{{ validated_rows(
    source('salesforce', 'user'),
    columns={
        'user_id': ['Id', 'code', 'required'],
        'name': ['Name', 'text'],
        'user_type': ['UserType', 'enum'],
        'role_id': ['UserRoleId', 'ref'],
        'manager_id': ['ManagerId', 'ref'],
        'department': ['Department', 'text'],
        'updated_at': ['SystemModstamp', 'timestamp']
    },
    key=['user_id'],
    version='updated_at',
    rules={'user_id: of fifteen signs, the whole id has eighteen': 'length(user_id) = 15'}
) }}
