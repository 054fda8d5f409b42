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
		{ID: fieldCaseID, Name: "Case Id", Type: typeText},
		{ID: fieldReferenceNumber, Name: "Reference number", Type: typeText},
		{ID: fieldTitle, Name: "Title", Type: typeText},
		{ID: fieldStatus, Name: "Status", Type: typeSingleSelect, Options: statusOptions()},
		{ID: fieldSummary, Name: "Summary", Type: typeText},
		{ID: fieldCaseReason, Name: "Case Reason", Type: typeSingleSelect},
		{ID: fieldCustomerID, Name: "Customer", Type: typeText},
		{ID: fieldAssignedQueue, Name: "Assigned queue", Type: typeText},
		{ID: fieldAssignedUser, Name: "Assigned user", Type: typeText},
		{ID: fieldCreated, Name: "Date/Time Opened", Type: typeDateTime},
		{ID: fieldLastUpdated, Name: "Date/Time Updated", Type: typeDateTime},
		{ID: fieldLastClosed, Name: "Date/Time Closed", Type: typeDateTime},
		{ID: fieldLastReopened, Name: "Date/Time Reopened", Type: typeDateTime},
		{ID: fieldLastUpdatedUser, Name: "Last Updated User", Type: typeUser},
		{ID: fieldNextSLABreach, Name: "Next SLA Breach", Type: typeDateTime},
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
