"""One small table for each vendor's export: what it is taken for, and its roles."""

# The tables stand as they are in a file.
# ruff: noqa: E501

import csv
from collections.abc import Mapping

import pytest

from holdfast.exports.mapping import is_filled
from holdfast.exports.recognition import Recognition, layouts, recognise
from holdfast.model import feed

Sample = dict[str, list[str]]

# Layout, title, feed, the file's first lines, role to columns ("|" in order).
CASES = [
    (
        "mixpanel_events",
        "Mixpanel events",
        "events",
        """event,properties.time,properties.distinct_id,properties.$insert_id,properties.plan
login,1735689600,u1,i1,pro
export,1735693200,u2,i2,free""",
        {
            "customer_id": "properties.distinct_id",
            "event": "event",
            "happened_at": "properties.time",
            "event_id": "properties.$insert_id",
        },
    ),
    (
        "mixpanel_synced_events",
        "Mixpanel events, synced",
        "events",
        """_file,name,time,distinct_id,insert_id,mp_processing_time_ms,city
a.csv,login,2025-01-01 00:00:00,u1,i1,17,Paris
a.csv,export,2025-01-01 01:00:00,u2,i2,18,Rome""",
        {
            "customer_id": "distinct_id",
            "event": "name",
            "happened_at": "time",
            "event_id": "insert_id",
        },
    ),
    (
        "mixpanel_profiles",
        "Mixpanel profiles",
        "customers",
        """$distinct_id,$properties.$created,$properties.$email,$properties.$last_seen,$properties.plan
u1,2025-01-01T00:00:00,ann@example.com,2025-03-01T00:00:00,pro
u2,2025-01-02T00:00:00,bob@example.com,2025-03-01T00:00:00,free""",
        {
            "customer_id": "$distinct_id",
            "email": "$properties.$email",
            "signed_up_at": "$properties.$created",
            "updated_at": "$properties.$last_seen",
        },
    ),
    (
        "amplitude_events",
        "Amplitude events",
        "events",
        """$insert_id,amplitude_id,user_id,event_type,event_time,server_upload_time
i1,9001,u1,login,2025-01-01 00:00:00.000,2025-01-02 09:00:00.000
i2,9002,,export,2025-01-01 01:00:00.000,2025-01-02 09:00:00.000""",
        {
            "customer_id": "user_id|amplitude_id",
            "event": "event_type",
            "happened_at": "event_time",
            "event_id": "$insert_id",
        },
    ),
    (
        "posthog_events",
        "PostHog events",
        "events",
        """uuid,event,distinct_id,person_id,timestamp,created_at,properties.$os
e1,login,d1,p1,2025-01-01T00:00:00Z,2025-01-01T00:00:05Z,iOS
e2,export,d2,p1,2025-01-01T01:00:00Z,2025-01-01T01:00:05Z,iOS""",
        {
            "customer_id": "person_id|distinct_id",
            "event": "event",
            "happened_at": "timestamp",
            "event_id": "uuid",
        },
    ),
    (
        "posthog_persons",
        "PostHog persons",
        "customers",
        """team_id,distinct_id,person_id,properties.email,person_version,created_at,is_deleted
1,d1,p1,ann@example.com,3,2025-01-01T00:00:00Z,false
1,d2,p1,ann@example.com,3,2025-01-01T00:00:00Z,false""",
        {
            "customer_id": "person_id",
            "email": "properties.email",
            "signed_up_at": "created_at",
        },
    ),
    (
        "posthog_surveys",
        "PostHog survey answers",
        "responses",
        """uuid,event,distinct_id,timestamp,created_at,properties.$survey_id,properties.$survey_response
e1,survey sent,d1,2025-01-01T00:00:00Z,2025-01-01T00:00:05Z,s1,9
e2,survey sent,d2,2025-01-01T01:00:00Z,2025-01-01T01:00:05Z,s1,0""",
        {
            "customer_id": "distinct_id",
            "answered_at": "timestamp",
            "response_id": "uuid",
            "campaign": "properties.$survey_id",
            "score": "properties.$survey_response",
        },
    ),
    (
        "segment_tracks",
        "Segment tracks",
        "events",
        """id,anonymous_id,user_id,event,event_text,timestamp,sent_at,received_at
m1,a1,u1,plan_bought,Plan Bought,2025-01-01 00:00:00,2025-01-01 00:00:01,2025-01-01 00:00:02
m2,a2,,plan_seen,Plan Seen,2025-01-01 00:00:00,2025-01-01 00:00:01,2025-01-01 00:00:02""",
        {
            "customer_id": "user_id|anonymous_id",
            "event": "event_text|event",
            "happened_at": "timestamp|sent_at|received_at",
            "event_id": "id",
        },
    ),
    (
        "segment_identifies",
        "Segment identifies",
        "customers",
        """id,anonymous_id,user_id,email,plan,sent_at,received_at
m1,a1,u1,ann@example.com,pro,2025-01-01 00:00:01,2025-01-01 00:00:02
m2,a2,u2,bob@example.com,free,2025-01-01 00:00:01,2025-01-01 00:00:02""",
        {
            "customer_id": "user_id|anonymous_id",
            "email": "email",
            "updated_at": "received_at",
        },
    ),
    (
        "ga4_events",
        "Google Analytics 4 events",
        "events",
        """event_date,event_timestamp,event_name,user_id,user_pseudo_id,platform
20250101,1735689600000000,page_view,u1,b1,WEB
20250101,1735693200000000,purchase,,b2,WEB""",
        {
            "customer_id": "user_id|user_pseudo_id",
            "event": "event_name",
            "happened_at": "event_timestamp",
        },
    ),
    (
        "ga4_synced_events",
        "Google Analytics 4 events, synced",
        "events",
        """_fivetran_id,bundle_sequence_id,date,name,timestamp,user_id,user_pseudo_id
1,101,2025-01-01,purchase,2025-01-01 12:35:00,u1,b1
2,102,2025-01-01,page_view,2025-01-01 12:40:00,,b2""",
        {
            "customer_id": "user_id|user_pseudo_id",
            "event": "name",
            "happened_at": "timestamp",
            "event_id": "_fivetran_id",
        },
    ),
    (
        "stripe_charges",
        "Stripe charges",
        "payments",
        """id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Seller Message
ch_1,2025-01-01 10:00:00,49.00,0.00,usd,Paid,cus_1,Payment complete.
ch_2,2025-01-02 10:00:00,49.00,0.00,usd,Failed,cus_2,Declined.""",
        {
            "customer_id": "Customer ID",
            "payment_id": "id",
            "charged_at": "Created (UTC)",
            "amount": "Amount",
            "refunded": "Amount Refunded",
            "currency": "Currency",
            "status": "Status",
            "failure_reason": "Seller Message",
        },
    ),
    (
        "stripe_customers",
        "Stripe customers",
        "customers",
        """id,Description,Email,Name,Created (UTC),Delinquent,Plan
cus_1,,ann@example.com,Ann,2025-01-01 10:00:00,false,pro
cus_2,,bob@example.com,Bob,2025-01-02 10:00:00,false,free""",
        {"customer_id": "id", "email": "Email", "signed_up_at": "Created (UTC)"},
    ),
    (
        "stripe_subscriptions",
        "Stripe subscriptions",
        "subscriptions",
        """id,Customer ID,Status,Cancellation Reason,Cancellation Comment,Created (UTC),Start (UTC),Start Date (UTC),Current Period End (UTC),Canceled At (UTC),Ended At (UTC),Amount
sub_1,cus_1,active,,,2025-01-01 10:00:00,2025-01-01 10:00:00,2025-01-01 10:00:00,2025-02-01 10:00:00,,,49.00
sub_2,cus_2,canceled,price,Too dear,2025-01-01 10:00:00,2025-01-01 10:00:00,2025-01-01 10:00:00,2025-02-01 10:00:00,2025-01-20 10:00:00,2025-02-01 10:00:00,49.00""",
        {
            "customer_id": "Customer ID",
            "subscription_id": "id",
            "status": "Status",
            "started_at": "Start Date (UTC)|Created (UTC)",
            "ended_at": "Ended At (UTC)",
            "cancelled_at": "Canceled At (UTC)",
            "cancel_reason": "Cancellation Reason",
            "cancel_comment": "Cancellation Comment",
            "price": "Amount",
        },
    ),
    (
        "stripe_invoices",
        "Stripe invoices",
        "payments",
        """id,Customer,Number,Status,Currency,Amount Due,Amount Paid,Date (UTC),Paid At (UTC),Charge
in_1,cus_1,A-1,paid,usd,49.00,49.00,2025-01-01 10:00,2025-01-01 11:00,ch_1
in_2,cus_2,A-2,open,usd,49.00,0.00,2025-01-02 10:00,,""",
        {
            "customer_id": "Customer",
            "payment_id": "Charge|id",
            "charged_at": "Paid At (UTC)|Date (UTC)",
            "amount": "Amount Due",
            "currency": "Currency",
            "status": "Status",
        },
    ),
    (
        "stripe_api_charges",
        "Stripe charges, synced",
        "payments",
        """id,amount,amount_refunded,created,currency,customer_id,livemode,status,failure_code
ch_1,4900,0,2025-01-01 10:00:00,usd,cus_1,true,succeeded,
ch_2,4900,0,2025-01-02 10:00:00,usd,cus_2,true,failed,card_declined""",
        {
            "customer_id": "customer_id",
            "payment_id": "id",
            "charged_at": "created",
            "amount": "amount",
            "refunded": "amount_refunded",
            "currency": "currency",
            "status": "status",
            "failure_reason": "failure_code",
        },
    ),
    (
        "stripe_api_customers",
        "Stripe customers, synced",
        "customers",
        """id,created,email,delinquent,livemode,invoice_prefix,currency
cus_1,2025-01-01 10:00:00,ann@example.com,false,true,AB,usd
cus_2,2025-01-02 10:00:00,bob@example.com,false,true,CD,usd""",
        {"customer_id": "id", "email": "email", "signed_up_at": "created"},
    ),
    (
        "stripe_api_subscriptions",
        "Stripe subscriptions, synced",
        "subscriptions",
        """id,customer_id,status,created,start_date,current_period_end,canceled_at,ended_at,trial_end,quantity,livemode
sub_1,cus_1,active,1735689600,1735689600,1738368000,,,,2,true
sub_2,cus_2,canceled,1735689600,1735689600,1738368000,1737000000,1738368000,,1,true""",
        {
            "customer_id": "customer_id",
            "subscription_id": "id",
            "status": "status",
            "started_at": "start_date|created",
            "trial_ended_at": "trial_end",
            "ended_at": "ended_at",
            "cancelled_at": "canceled_at",
            "quantity": "quantity",
        },
    ),
    (
        "stripe_api_payment_intents",
        "Stripe payment intents, synced",
        "payments",
        """id,amount,amount_received,capture_method,created,currency,customer_id,status
pi_1,4900,4900,automatic,2025-01-01 10:00:00,usd,cus_1,succeeded
pi_2,4900,0,automatic,2025-01-02 10:00:00,usd,cus_2,canceled""",
        {
            "customer_id": "customer_id",
            "payment_id": "id",
            "charged_at": "created",
            "amount": "amount",
            "currency": "currency",
            "status": "status",
        },
    ),
    (
        "stripe_api_invoices",
        "Stripe invoices, synced",
        "payments",
        """id,customer_id,charge_id,created,amount_due,amount_paid,amount_remaining,status,period_start,billing_reason,currency
in_1,cus_1,ch_1,2025-01-01 10:00:00,4900,4900,0,paid,2024-12-01 10:00:00,subscription_cycle,usd
in_2,cus_2,,2025-01-02 10:00:00,4900,0,4900,open,2024-12-02 10:00:00,subscription_cycle,usd""",
        {
            "customer_id": "customer_id",
            "payment_id": "charge_id|id",
            "charged_at": "created|period_start",
            "amount": "amount_due",
            "currency": "currency",
            "status": "status",
        },
    ),
    (
        "profitwell_activity",
        "ProfitWell activity",
        "mrr_movements",
        """Customer ID,Customer Email,Date,Change,MRR
c1,ann@example.com,2025-01-01,new,4900
c2,bob@example.com,2025-01-05,upgrade,9900
c1,ann@example.com,2025-02-01,churn_delinquent,0""",
        {
            "customer_id": "Customer ID",
            "email": "Customer Email",
            "movement": "Change",
            "moved_at": "Date",
            "change": "MRR",
        },
    ),
    (
        "shopify_orders",
        "Shopify orders",
        "order_lines",
        """Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Billing Country
#1001,ann@example.com,paid,EUR,30.00,2025-05-01 10:00:00 +0200,1,Cup,10.00,DE
#1001,ann@example.com,,,,2025-05-01 10:00:00 +0200,2,Bowl,10.00,""",
        {
            "email": "Email",
            "order_id": "Name",
            "ordered_at": "Created at",
            "quantity": "Lineitem quantity",
            "unit_price": "Lineitem price",
            "order_total": "Total",
            "currency": "Currency",
        },
    ),
    (
        "shopify_customers",
        "Shopify customers",
        "customers",
        """Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Total Spent,Total Orders,Tags
'77,Ann,A,ann@example.com,yes,30.00,1,
'78,Bob,B,bob@example.com,no,0.00,0,vip""",
        {"customer_id": "Id without apostrophe", "email": "Email"},
    ),
    (
        "shopify_api_customers",
        "Shopify customers, synced",
        "customers",
        """id,email,orders_count,total_spent,created_at,updated_at
77,ann@example.com,1,30.00,2025-01-01 10:00:00,2025-01-02 10:00:00
78,bob@example.com,0,0.00,2025-01-01 10:00:00,2025-01-02 10:00:00""",
        {
            "customer_id": "id",
            "email": "email",
            "signed_up_at": "created_at",
            "updated_at": "updated_at",
        },
    ),
    (
        "shopify_api_orders",
        "Shopify orders, synced",
        "orders",
        """id,email,customer_id,financial_status,order_number,total_price,currency,created_at,processed_at
1,ann@example.com,77,paid,1001,30.00,EUR,2025-01-01 10:00:00,2025-01-01 10:00:00
2,guest@example.com,,paid,1002,10.00,EUR,2025-01-02 10:00:00,2025-01-02 10:00:00""",
        {
            "customer_id": "customer_id",
            "email": "email",
            "order_id": "id",
            "ordered_at": "processed_at|created_at",
            "amount": "total_price",
            "currency": "currency",
        },
    ),
    (
        "woocommerce_orders",
        "WooCommerce orders",
        "orders",
        """Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,Coupon(s),Net Sales,Attribution
2025-01-01 10:00:00,12,$30.00,completed,Ann A,new,1× Cup,1,,30,Direct
2025-01-02 10:00:00,13,$10.00,completed,Bob B,returning,1× Bowl,1,,10,Direct""",
        {
            "customer_id": "Customer",
            "order_id": "Order #",
            "ordered_at": "Date",
            "amount": "Net Sales",
            "quantity": "Items sold",
        },
    ),
    (
        "hubspot_contacts",
        "HubSpot contacts",
        "customers",
        """Record ID,First Name,Last Name,Email,Lifecycle Stage,Create Date,Associated Company IDs
501,Ann,A,ann@example.com,Customer,2025-03-12 09:14,901
502,Bob,B,bob@example.com,Lead,2025-03-13 09:14,""",
        {
            "customer_id": "Record ID",
            "account_id": "Associated Company IDs",
            "email": "Email",
            "signed_up_at": "Create Date",
        },
    ),
    (
        "hubspot_deals",
        "HubSpot deals",
        "events",
        """Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date,Associated Company IDs,Associated Contact IDs
701,Big,Closed won,900,2025-05-01 10:00,2025-03-12 09:14,901,501
702,Small,qualifiedtobuy,90,2025-06-01 10:00,2025-03-13 09:14,902,""",
        {
            "customer_id": "Associated Contact IDs|Associated Company IDs",
            "happened_at": "Create Date",
            "event_id": "Record ID",
        },
    ),
    (
        "salesforce_opportunities",
        "Salesforce opportunities",
        "events",
        """Id,AccountId,Name,StageName,Amount,CloseDate,CreatedDate,Region__c
006A,001A,Big,Closed Won,900,2025-05-01,2025-03-12T09:14:00.000Z,North
006B,001B,Small,Prospecting,90,2025-06-01,2025-03-13T09:14:00.000Z,South""",
        {"customer_id": "AccountId", "happened_at": "CreatedDate", "event_id": "Id"},
    ),
    (
        "surveymonkey_answers",
        "SurveyMonkey answers",
        "responses",
        """Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,How likely are you to recommend us?,Why did you choose this score?
,,,,,,,Response,Open-Ended Response
11800000001,400,01/31/2025 03:04:05 PM,01/31/2025 03:06:05 PM,192.0.2.1,ann@example.com,Ann,9,It does all that I need
11800000002,400,02/01/2025 03:04:05 PM,02/01/2025 03:06:05 PM,192.0.2.2,bob@example.com,Bob,0,It is much too slow""",
        {
            "email": "Email Address",
            "answered_at": "End Date|Start Date",
            "response_id": "Respondent ID",
            "campaign": "Collector ID",
            "score": "How likely are you to recommend us?",
            "comment": "Why did you choose this score?",
        },
    ),
    (
        "typeform_nps",
        "Typeform answers, NPS",
        "responses",
        """#,How likely are you to recommend us?,Start Date (UTC),Submit Date (UTC),Network ID
t1,9,2025-01-31 15:04:05,2025-01-31 15:06:05,n1
t2,0,2025-02-01 15:04:05,2025-02-01 15:06:05,n2""",
        {
            "answered_at": "Submit Date (UTC)|Start Date (UTC)",
            "response_id": "#",
            "score": "How likely are you to recommend us?",
        },
    ),
    (
        "qualtrics_answers",
        "Qualtrics answers",
        "responses",
        """StartDate,EndDate,Status,Finished,RecordedDate,ResponseId,RecipientEmail,ExternalReference,UserLanguage,Q1_NPS_GROUP,Q1,Q2
Start Date,End Date,Response Type,Finished,Recorded Date,Response ID,Recipient Email,External Data Reference,User Language,Group,How likely are you to recommend us?,Why?
"{""ImportId"":""startDate""}","{""ImportId"":""endDate""}","{""ImportId"":""status""}","{""ImportId"":""finished""}","{""ImportId"":""recordedDate""}","{""ImportId"":""_recordId""}","{""ImportId"":""recipientEmail""}","{""ImportId"":""externalDataReference""}","{""ImportId"":""userLanguage""}","{""ImportId"":""QID1_NPS_GROUP""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2_TEXT""}"
2025-01-31 15:04:05,2025-01-31 15:06:05,IP Address,True,2025-01-31 15:06:06,R_1,ann@example.com,u1,EN,Promoter,9,It does all that I need
2025-02-01 15:04:05,2025-02-01 15:06:05,IP Address,True,2025-02-01 15:06:06,R_2,bob@example.com,u2,EN,Detractor,0,It is much too slow for me
2025-02-02 15:04:05,2025-02-02 15:06:05,IP Address,True,2025-02-02 15:06:06,R_3,cat@example.com,u3,EN,Detractor,2,I could not find a way in""",
        {
            "customer_id": "ExternalReference",
            "email": "RecipientEmail",
            "answered_at": "RecordedDate|EndDate",
            "response_id": "ResponseId",
            "language": "UserLanguage",
            "score": "Q1",
            "comment": "Q2",
        },
    ),
    (
        "qualtrics_api_responses",
        "Qualtrics answers, synced",
        "responses",
        """id,survey_id,recorded_date,end_date,finished,recipient_email,distribution_channel,user_language
R_1,SV_1,2025-01-31 15:06:06,2025-01-31 15:06:05,1,ann@example.com,email,EN
R_2,SV_1,2025-02-01 15:06:06,2025-02-01 15:06:05,1,,anonymous,EN""",
        {
            "email": "recipient_email",
            "answered_at": "recorded_date|end_date",
            "response_id": "id",
            "language": "user_language",
            "campaign": "survey_id",
        },
    ),
    (
        "qualtrics_api_contacts",
        "Qualtrics contacts, synced",
        "customers",
        """directory_id,id,creation_date,directory_unsubscribed,email,ext_ref,last_modified
P1,CID_1,2025-01-01 10:00:00,false,ann@example.com,u1,2025-01-02 10:00:00
P1,CID_2,2025-01-01 10:00:00,false,bob@example.com,u2,2025-01-02 10:00:00""",
        {
            "customer_id": "id",
            "email": "email",
            "signed_up_at": "creation_date",
            "updated_at": "last_modified",
        },
    ),
    (
        "qualtrics_api_invitations",
        "Qualtrics invitations, synced",
        "invitations",
        """contact_id,distribution_id,response_id,sent_at,survey_link
CID_1,EMD_1,R_1,2025-01-01 10:00:00,https://example.com/a
CID_2,EMD_1,,2025-01-01 10:00:00,https://example.com/b""",
        {
            "customer_id": "contact_id",
            "sent_at": "sent_at",
            "campaign": "distribution_id",
        },
    ),
    (
        "zendesk_tickets",
        "Zendesk tickets",
        "tickets",
        """Id,Requester external id,Subject,Status,Priority,Tags,Via,Created at,Solved at,Reopens,First reply time in minutes
1,u1,No login,Solved,High,login,Web,2025-01-01 10:00,2025-01-02 10:00,0,35
2,u2,No export,Open,Low,export,Mail,2025-01-03 10:00,,0,""",
        {
            "customer_id": "Requester external id",
            "ticket_id": "Id",
            "opened_at": "Created at",
            "first_response_minutes": "First reply time in minutes",
            "solved_at": "Solved at",
            "reopens": "Reopens",
            "subject": "Subject",
            "tags": "Tags",
            "status": "Status",
            "priority": "Priority",
            "channel": "Via",
        },
    ),
    (
        "zendesk_api_tickets",
        "Zendesk tickets, JSON",
        "tickets",
        """id,requester_id,status,priority,created_at,updated_at,tags,subject,via.channel,metric_set.reopens,metric_set.solved_at,metric_set.reply_time_in_minutes.calendar
1,9,solved,high,2025-01-01T10:00:00Z,2025-01-02T10:00:00Z,login,No login,web,0,2025-01-02T10:00:00Z,35
2,8,open,low,2025-01-03T10:00:00Z,2025-01-03T10:00:00Z,export,No export,mail,0,,""",
        {
            "customer_id": "requester_id",
            "ticket_id": "id",
            "opened_at": "created_at",
            "first_response_minutes": "metric_set.reply_time_in_minutes.calendar",
            "solved_at": "metric_set.solved_at",
            "reopens": "metric_set.reopens",
            "subject": "subject",
            "tags": "tags",
            "status": "status",
            "priority": "priority",
            "channel": "via.channel",
        },
    ),
    (
        "zendesk_api_users",
        "Zendesk users, synced",
        "customers",
        """id,email,created_at,updated_at,role,organization_id,suspended,ticket_restriction
9,ann@example.com,2025-01-01 10:00:00,2025-01-02 10:00:00,end-user,5,false,requested
8,bob@example.com,2025-01-01 10:00:00,2025-01-02 10:00:00,agent,,false,""",
        {
            "customer_id": "id",
            "account_id": "organization_id",
            "email": "email",
            "signed_up_at": "created_at",
            "updated_at": "updated_at",
        },
    ),
    (
        "freshdesk_tickets",
        "Freshdesk tickets",
        "tickets",
        """Ticket ID,Subject,Status,Priority,Source,Created time,Resolved time,Closed time,Initial response time,First response time (in hrs),Tags,Full name,Email,Contact ID
1,No login,Closed,High,Portal,2025-01-01 10:00:00,2025-01-02 10:00:00,2025-01-03 10:00:00,2025-01-01 10:35:00,00:35:00,login,Ann,ann@example.com,7
2,No export,Open,Low,Email,2025-01-03 10:00:00,,,,,,Bob,bob@example.com,8""",
        {
            "customer_id": "Contact ID",
            "email": "Email",
            "ticket_id": "Ticket ID",
            "opened_at": "Created time",
            "first_responded_at": "Initial response time",
            "solved_at": "Resolved time|Closed time",
            "subject": "Subject",
            "tags": "Tags",
            "status": "Status",
            "priority": "Priority",
            "channel": "Source",
        },
    ),
    (
        "freshservice_tickets",
        "Freshservice tickets",
        "tickets",
        """Ticket Id,Subject,Status,Priority,Source,Created Time,Resolved Time,Requester Name,Requester Email,First Response Time (in Hrs)
1,No login,Closed,High,Portal,2025-01-01 10:00:00,2025-01-02 10:00:00,Ann,ann@example.com,00:35:00
2,No export,Open,Low,Email,2025-01-03 10:00:00,,Bob,bob@example.com,""",
        {
            "email": "Requester Email",
            "ticket_id": "Ticket Id",
            "opened_at": "Created Time",
            "solved_at": "Resolved Time",
            "subject": "Subject",
            "status": "Status",
            "priority": "Priority",
            "channel": "Source",
        },
    ),
    (
        "recharge_charges",
        "Recharge charges, synced",
        "payments",
        """id,customer_id,created_at,processed_at,scheduled_at,total_price,total_refunds,status,error,charge_attempts
1,7,2025-01-01 10:00:00,2025-01-02 10:00:00,2025-01-02 05:00:00,11.95,,SUCCESS,,1
2,8,2025-01-01 10:00:00,,2025-02-02 05:00:00,9.95,,QUEUED,,""",
        {
            "customer_id": "customer_id",
            "payment_id": "id",
            "charged_at": "processed_at|created_at",
            "amount": "total_price",
            "refunded": "total_refunds",
            "status": "status",
            "failure_reason": "error",
        },
    ),
    (
        "recharge_customers",
        "Recharge customers, synced",
        "customers",
        """id,email,created_at,updated_at,subscriptions_active_count,subscriptions_total_count
7,ann@example.com,2025-01-01 10:00:00,2025-01-02 10:00:00,1,1
8,bob@example.com,2025-01-01 10:00:00,2025-01-02 10:00:00,0,1""",
        {
            "customer_id": "id",
            "email": "email",
            "signed_up_at": "created_at",
            "updated_at": "updated_at",
        },
    ),
    (
        "recharge_orders",
        "Recharge orders, synced",
        "orders",
        """id,customer_id,charge_id,charge_status,total_price,is_prepaid,created_at,processed_at
1,7,1,SUCCESS,11.95,false,2025-01-01 10:00:00,2025-01-02 10:00:00
2,8,2,SUCCESS,9.95,false,2025-01-01 10:00:00,2025-01-02 10:00:00""",
        {
            "customer_id": "customer_id",
            "order_id": "id",
            "ordered_at": "processed_at|created_at",
            "amount": "total_price",
        },
    ),
    (
        "recharge_subscriptions",
        "Recharge subscriptions, synced",
        "subscriptions",
        """id,customer_id,created_at,cancelled_at,price,quantity,cancellation_reason,status,product_title,order_interval_unit,charge_interval_frequency
1,7,2025-01-01 10:00:00,,19.95,1,,ACTIVE,Tea,day,28
2,8,2025-01-01 10:00:00,2025-03-01 10:00:00,19.95,1,Too much,CANCELLED,Tea,day,28""",
        {
            "customer_id": "customer_id",
            "subscription_id": "id",
            "started_at": "created_at",
            "ended_at": "cancelled_at",
            "cancelled_at": "cancelled_at",
            "cancel_reason": "cancellation_reason",
            "plan": "product_title",
            "status": "status",
            "price": "price",
            "quantity": "quantity",
        },
    ),
    (
        "delighted_answers",
        "Delighted answers",
        "responses",
        """id,person.email,survey_type,score,comment,permalink,created_at
1,ann@example.com,nps,9,Good,https://example.com/1,1735689600
2,bob@example.com,nps,0,,https://example.com/2,1735693200""",
        {
            "email": "person.email",
            "kind": "survey_type",
            "answered_at": "created_at",
            "score": "score",
            "comment": "comment",
            "response_id": "id",
        },
    ),
    (
        "chargebee_subscriptions",
        "Chargebee subscriptions",
        "subscriptions",
        """id,customer_id,plan_id,plan_quantity,plan_unit_price,billing_period_unit,currency_code,status,current_term_end,started_at,cancelled_at
s1,c1,pro,1,4900,month,EUR,active,1738368000,1735689600,
s2,c2,pro,1,49000,year,EUR,cancelled,1738368000,1735689600,1738368000""",
        {
            "customer_id": "customer_id",
            "subscription_id": "id",
            "plan": "plan_id",
            "status": "status",
            "started_at": "started_at",
            "ended_at": "cancelled_at",
            "cancelled_at": "cancelled_at",
            "price": "plan_unit_price",
            "interval_months": "billing_period_unit",
            "quantity": "plan_quantity",
            "currency": "currency_code",
        },
    ),
    (
        "zoho_deals",
        "Zoho CRM deals",
        "events",
        """Record Id,Deal Name,Stage,Amount,Closing Date,Created Time,Account Name,Contact Name
z1,Big,Closed Won,900,2025-05-01,2025-03-12 09:14:00,Acme,Ann
z2,Small,Qualification,90,2025-06-01,2025-03-13 09:14:00,Bolt,""",
        {
            "customer_id": "Contact Name|Account Name",
            "happened_at": "Created Time",
            "event_id": "Record Id",
        },
    ),
    (
        "intercom_conversations",
        "Intercom conversations",
        "tickets",
        """id,created_at,updated_at,state,tags,conversation_rating.rating,statistics.time_to_admin_reply,source.author.email
1,1735689600,1735693200,closed,login,5,120,ann@example.com
2,1735689700,1735693300,open,,,,bob@example.com""",
        {
            "email": "source.author.email",
            "ticket_id": "id",
            "opened_at": "created_at",
            "tags": "tags",
            "status": "state",
        },
    ),
    (
        "profitwell_labels",
        "ProfitWell activity without amounts",
        "events",
        """Customer ID,Date,Change
c1,2025-01-01,new
c2,2025-01-05,upgrade
c1,2025-02-01,churn_delinquent""",
        {"customer_id": "Customer ID", "event": "Change", "happened_at": "Date"},
    ),
    (
        "mrr_movements",
        "MRR movements",
        "mrr_movements",
        """Customer,Date,Movement,MRR
Acme,2025-01-01,New Business,49
Acme,2025-02-01,Churn,-49""",
        {
            "customer_id": "Customer",
            "movement": "Movement",
            "moved_at": "Date",
            "change": "MRR",
        },
    ),
    (
        "chartmogul_movements",
        "MRR movements (ChartMogul)",
        "mrr_movements",
        """DATE,CUSTOMER_NAME,MRR_MOVEMENT,MRR,MOVEMENT_TYPE,CURRENCY_CODE,CUSTOMER_EXTERNAL_ID,CUSTOMER_UUID,PLAN_EXTERNAL_ID,UUID,RANK
2025-01-01 00:00:00,Acme,4900,4900,new_biz,USD,acme,cus_1,pro,u1,0
2025-02-01 00:00:00,Acme,-4900,0,churn,USD,,cus_1,pro,u2,0""",
        {
            "customer_id": "CUSTOMER_EXTERNAL_ID|CUSTOMER_UUID",
            "movement": "MOVEMENT_TYPE",
            "moved_at": "DATE",
            "change": "MRR_MOVEMENT",
            "mrr": "MRR",
            "plan": "PLAN_EXTERNAL_ID",
            "movement_id": "UUID",
        },
    ),
    (
        "baremetrics_customers",
        "Baremetrics customers",
        "customers",
        """Customer ID,Email,Created,MRR,LTV
c1,ann@example.com,2025-01-01,49,490
c2,bob@example.com,2025-01-02,0,49""",
        {"customer_id": "Customer ID", "email": "Email", "signed_up_at": "Created"},
    ),
]


def read(text: str) -> tuple[list[str], Sample]:
    header, *rows = csv.reader(text.splitlines())
    cells = {
        name: [row[place].strip() for row in rows if row[place].strip()]
        for place, name in enumerate(header)
    }
    return header, cells


def recognised(text: str) -> Recognition:
    return recognise(*read(text))


def case(name: str) -> str:
    return next(text for layout, _, _, text, _ in CASES if layout == name)


def without_order(roles: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {role: "|".join(columns) for role, columns in sorted(roles.items())}


@pytest.mark.parametrize(
    ("layout", "title", "feed_name", "text", "roles"),
    CASES,
    ids=[each[0] for each in CASES],
)
def test_an_export_is_recognised_with_its_roles(layout, title, feed_name, text, roles):
    found = recognised(text)
    assert found.layout is not None
    assert found.mapping is not None
    main = found.mapping.feeds[0]
    assert (found.layout.name, found.mapping.title, main.feed) == (
        layout,
        title,
        feed_name,
    )
    assert without_order(main.roles) == dict(sorted(roles.items()))
    needed = {role.name for role in feed(feed_name).roles if role.is_required}
    assert {name for name in needed if not is_filled(main, name)} <= {"kind"}


def test_every_layout_of_a_vendor_has_a_case():
    vendors = {each.name for each in layouts().values() if each.status != "ours"}
    unfed = {each.name for each in layouts().values() if not each.feeds}
    elsewhere = {"telco_customers", "typeform_csat", "typeform_ces"}
    assert vendors - unfed - elsewhere == {name for name, *_ in CASES}


def test_unverified_names_are_said_to_be_guessed():
    guessed = {each.name for each in layouts().values() if each.is_guessed}
    assert guessed == {
        "baremetrics_customers",
        "chargebee_subscriptions",
        "delighted_answers",
        "intercom_conversations",
        "mrr_movements",
        "profitwell_activity",
        "profitwell_labels",
        "zoho_deals",
    }
    for name in guessed:
        found = recognised(case(name))
        assert found.confidence == 0.6
        assert any("not verified" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("layout", "role", "form"),
    [
        ("mixpanel_events", "happened_at", "epoch_s"),
        ("ga4_events", "happened_at", "epoch_us"),
        ("stripe_api_subscriptions", "ended_at", "epoch_s"),
        ("chargebee_subscriptions", "started_at", "epoch_s"),
        ("surveymonkey_answers", "answered_at", "%m/%d/%Y %I:%M:%S %p"),
    ],
)
def test_times_are_read_as_the_vendor_writes_them(layout, role, form):
    mapping = recognised(case(layout)).mapping
    assert mapping is not None
    assert mapping.feeds[0].formats[role] == form


def test_seconds_and_milliseconds_of_mixpanel_are_told_apart():
    text = case("mixpanel_events").replace("1735689600", "1735689600123")
    mapping = recognised(text.replace("1735693200", "1735693200123")).mapping
    assert mapping is not None
    assert mapping.feeds[0].formats == {"happened_at": "epoch_ms"}


@pytest.mark.parametrize(
    ("layout", "divisors"),
    [
        ("stripe_charges", {}),
        ("stripe_api_charges", {"amount": 100, "refunded": 100}),
        ("stripe_api_invoices", {"amount": 100}),
        ("chargebee_subscriptions", {"price": 100}),
    ],
)
def test_minor_units_are_divided(layout, divisors):
    mapping = recognised(case(layout)).mapping
    assert mapping is not None
    assert mapping.feeds[0].divisors == divisors


def test_unified_payments_are_charges():
    text = (
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,"
        "Decline Reason,Status,Seller Message,Customer ID,Customer Email\n"
        "ch_1,2025-01-01 10:00:00,9.00,0.00,eur,TRUE,,Paid,,cus_1,ann@example.com\n"
        "py_2,2025-01-02 10:00:00,9.00,0.00,eur,FALSE,expired_card,Failed,,cus_2,"
    )
    mapping = recognised(text).mapping
    assert mapping is not None
    assert mapping.layout == "stripe_charges"
    assert [(part.feed, dict(part.roles)) for part in mapping.feeds] == [
        (
            "payments",
            {
                "customer_id": ("Customer ID",),
                "email": ("Customer Email",),
                "payment_id": ("id",),
                "charged_at": ("Created date (UTC)",),
                "amount": ("Amount",),
                "refunded": ("Amount Refunded",),
                "currency": ("Currency",),
                "status": ("Status",),
                "failure_reason": ("Decline Reason", "Seller Message"),
            },
        )
    ]


def test_a_nested_subscription_is_the_same_as_a_flat_one():
    header, row, *_ = case("chargebee_subscriptions").splitlines()
    nested = ",".join(f"subscription.{name}" for name in header.split(","))
    mapping = recognised(f"{nested},customer.email\n{row},ann@example.com").mapping
    assert mapping is not None
    roles = mapping.feeds[0].roles
    assert mapping.layout == "chargebee_subscriptions"
    assert roles["customer_id"] == ("subscription.customer_id",)
    assert roles["price"] == ("subscription.plan_unit_price",)


def test_headers_below_the_header_do_not_hide_what_follows():
    for layout, rows in (("surveymonkey_answers", 2), ("qualtrics_answers", 3)):
        found = recognised(case(layout))
        assert found.layout is not None
        assert found.layout.header_rows == rows
        assert found.mapping is not None
        assert found.mapping.feeds[0].constants["kind"] == "nps"


def test_a_question_with_groups_of_answers_asks_for_nps_in_qualtrics():
    header, _, _, *rows = case("qualtrics_answers").splitlines()
    text = "\n".join([header, *rows]).replace(",0,", ",3,")
    mapping = recognised(text).mapping
    assert mapping is not None
    assert mapping.feeds[0].roles["score"] == ("Q1",)
    assert mapping.feeds[0].constants == {"kind": "nps"}


def test_the_survey_is_told_by_the_question_or_the_scale():
    text = case("surveymonkey_answers")
    asked = "How likely are you to recommend us?"
    for question, kind in [
        ("How satisfied are you with us?", "csat"),
        ("How easy was it to get help?", "ces"),
        ("Was this the score that you wanted?", "nps"),
    ]:
        mapping = recognised(text.replace(asked, question)).mapping
        assert mapping is not None
        assert mapping.feeds[0].roles["score"] == (question,)
        assert mapping.feeds[0].constants == {"kind": kind, "question": question}


def answered(recognition: Recognition) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return kind, question and comment of each answer that a row gives."""
    assert recognition.mapping is not None
    return [
        (
            part.constants.get("kind", ""),
            part.roles["score"][0],
            part.roles.get("comment", ()),
        )
        for part in recognition.mapping.feeds
    ]


def test_each_question_with_a_score_is_an_answer_and_has_the_comment_behind_it():
    found = recognised(
        "Respondent ID,Collector ID,Start Date,End Date,IP Address,"
        "How likely are you to recommend us?,Why?,"
        "How satisfied are you with support?,What could support do?,"
        "How easy was it?\n"
        "1,7,2025-01-01,2025-01-02,1.1.1.1,9,It is fast and simple,4,"
        "Answer on Sundays too,6\n"
        "2,7,2025-01-01,2025-01-02,1.1.1.1,3,It is far too slow,5,,7"
    )
    assert answered(found) == [
        ("nps", "How likely are you to recommend us?", ("Why?",)),
        ("csat", "How satisfied are you with support?", ("What could support do?",)),
        ("ces", "How easy was it?", ()),
    ]
    assert "each row gives up to 3 answers, one a question" in found.reasons


def test_a_form_of_no_known_tool_gives_an_answer_for_each_score_too():
    found = recognised(
        "Timestamp,Email Address,How likely are you to recommend us?,"
        "How satisfied are you?\n"
        "2025-01-01 10:00:00,ann@example.com,9,4\n"
        "2025-01-02 10:00:00,bob@example.com,3,5"
    )
    assert answered(found) == [
        ("nps", "How likely are you to recommend us?", ()),
        ("csat", "How satisfied are you?", ()),
    ]
    assert found.mapping is not None
    assert found.mapping.feeds[1].roles["email"] == ("Email Address",)


def test_other_events_beside_survey_answers_make_a_file_of_events():
    text = case("posthog_surveys").replace("e2,survey sent", "e2,login")
    found = recognised(text)
    assert found.layout is not None
    assert found.layout.name == "posthog_events"


def test_a_shop_tells_where_its_customers_live():
    mapping = recognised(case("shopify_orders")).mapping
    assert mapping is not None
    _, customers = mapping.feeds
    assert without_order(customers.roles) == {
        "email": "Email",
        "updated_at": "Created at",
    }
    assert [each.column for each in customers.kept] == ["Billing Country"]


def test_two_labels_are_no_activity_of_profitwell():
    found = recognised(
        "customer_id,date,state\nc1,2025-01-01,new\nc2,2025-01-02,cancelled"
    )
    assert found.layout is None


def test_a_table_that_fills_none_of_ours_is_said_to():
    columns = ["id", "display_name", "inclusive", "jurisdiction", "percentage"]
    found = recognise(columns, {})
    assert found.layout is not None
    assert (found.layout.title, found.mapping) == ("Stripe tax rates", None)
    assert "no table is filled from it" in found.reasons
