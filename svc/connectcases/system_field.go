package connectcases

import "time"

// The ids of the fields that every domain has.
const (
	fieldCaseID          = "case_id"
	fieldReferenceNumber = "reference_number"
	fieldTitle           = "title"
	fieldStatus          = "status"
	fieldSummary         = "summary"
	fieldCaseReason      = "case_reason"
	fieldCustomerID      = "customer_id"
	fieldAssignedQueue   = "assigned_queue"
	fieldAssignedUser    = "assigned_user"
	fieldCreated         = "created_datetime"
	fieldLastUpdated     = "last_updated_datetime"
	fieldLastClosed      = "last_closed_datetime"
	fieldLastReopened    = "last_reopened_datetime"
	fieldLastUpdatedUser = "last_updated_user"
	fieldNextSLABreach   = "next_sla_breach_datetime"
)

// The two options of status that cannot be changed.
const (
	statusOpen   = "open"
	statusClosed = "closed"
)

// setByService holds the fields that no caller may set.
var setByService = map[string]bool{
	fieldCaseID: true, fieldReferenceNumber: true, fieldCreated: true, fieldLastUpdated: true, fieldLastClosed: true,
	fieldLastReopened: true, fieldLastUpdatedUser: true, fieldNextSLABreach: true,
}

// systemFields gives the fields that a new domain begins with, in their order.
func systemFields(now time.Time) []*Field {
	list := []*Field{
		{Entry: Entry{ID: fieldCaseID, Name: "Case Id"}, Type: typeText},
		{Entry: Entry{ID: fieldReferenceNumber, Name: "Reference number"}, Type: typeText},
		{Entry: Entry{ID: fieldTitle, Name: "Title"}, Type: typeText},
		{Entry: Entry{ID: fieldStatus, Name: "Status"}, Type: typeSingleSelect, Options: statusOptions()},
		{Entry: Entry{ID: fieldSummary, Name: "Summary"}, Type: typeText},
		{Entry: Entry{ID: fieldCaseReason, Name: "Case Reason"}, Type: typeSingleSelect},
		{Entry: Entry{ID: fieldCustomerID, Name: "Customer"}, Type: typeText},
		{Entry: Entry{ID: fieldAssignedQueue, Name: "Assigned queue"}, Type: typeText},
		{Entry: Entry{ID: fieldAssignedUser, Name: "Assigned user"}, Type: typeText},
		{Entry: Entry{ID: fieldCreated, Name: "Date/Time Opened"}, Type: typeDateTime},
		{Entry: Entry{ID: fieldLastUpdated, Name: "Date/Time Updated"}, Type: typeDateTime},
		{Entry: Entry{ID: fieldLastClosed, Name: "Date/Time Closed"}, Type: typeDateTime},
		{Entry: Entry{ID: fieldLastReopened, Name: "Date/Time Reopened"}, Type: typeDateTime},
		{Entry: Entry{ID: fieldLastUpdatedUser, Name: "Last Updated User"}, Type: typeUser},
		{Entry: Entry{ID: fieldNextSLABreach, Name: "Next SLA Breach"}, Type: typeDateTime},
	}
	for _, f := range list {
		f.Namespace, f.CreatedAt, f.ModifiedAt = namespaceSystem, now, now
	}
	return list
}

// statusOptions gives the options that status is born with.
func statusOptions() []Option {
	return []Option{{Name: "Open", Value: statusOpen, Active: true}, {Name: "Closed", Value: statusClosed, Active: true}}
}
